import { dashboard } from '@/lib/server/dashboard';
import { healthAnswer } from '@/lib/server/health';
import { answer, json } from '@/lib/server/http-answer';
import { guardReading } from '@/lib/server/request-guard';

export const dynamic = 'force-dynamic';

/** Whoever may not look at the page still learns whether it is alive: a load balancer has no password. */
export function GET(request: Request): Promise<Response> {
  return answer(async () => {
    const all = dashboard();
    const role = await guardReading(request, all).catch(() => null);
    const deep = role !== null && new URL(request.url).searchParams.get('deep') === '1';
    const health = await healthAnswer(all, deep, role ?? 'watch');
    return json(role === null ? { status: health.status } : health);
  });
}
