import { dashboard } from '@/lib/server/dashboard';
import { answer, json } from '@/lib/server/http-answer';
import { guardReading } from '@/lib/server/request-guard';
import { tracesAnswer } from '@/lib/server/traces';

export const dynamic = 'force-dynamic';

export function GET(request: Request): Promise<Response> {
  return answer(async () => {
    const { store, loop } = dashboard();
    await guardReading(request, dashboard());
    return json(await tracesAnswer(store, loop, new URL(request.url).searchParams));
  });
}
