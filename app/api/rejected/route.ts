import { dashboard } from '@/lib/server/dashboard';
import { answer, json } from '@/lib/server/http-answer';
import { rejectedAnswer } from '@/lib/server/rejected';
import { guardReading } from '@/lib/server/request-guard';

export const dynamic = 'force-dynamic';

export function GET(request: Request): Promise<Response> {
  return answer(async () => {
    const { reader } = dashboard();
    await guardReading(request, dashboard());
    return json(await rejectedAnswer(reader, new URL(request.url).searchParams.get('day') ?? ''));
  });
}
