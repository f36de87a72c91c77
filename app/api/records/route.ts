import { dashboard } from '@/lib/server/dashboard';
import { answer, json } from '@/lib/server/http-answer';
import { guardReading } from '@/lib/server/request-guard';
import { recordsAnswer } from '@/lib/server/tail-loop';

export const dynamic = 'force-dynamic';

export function GET(request: Request): Promise<Response> {
  return answer(async () => {
    const { tail, tailLoop } = dashboard();
    await guardReading(request, dashboard());
    return json(await recordsAnswer(tail, tailLoop, new URL(request.url).searchParams));
  });
}
