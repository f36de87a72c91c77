import { dashboard } from '@/lib/server/dashboard';
import { answer, json } from '@/lib/server/http-answer';
import { guardReading } from '@/lib/server/request-guard';
import { objectAnswer } from '@/lib/server/stored-object';

export const dynamic = 'force-dynamic';

export function GET(request: Request): Promise<Response> {
  return answer(async () => {
    const all = dashboard();
    await guardReading(request, all);
    return json(await objectAnswer(all, new URL(request.url).searchParams.get('key') ?? ''));
  });
}
