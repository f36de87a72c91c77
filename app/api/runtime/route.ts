import { dashboard } from '@/lib/server/dashboard';
import { answer, json } from '@/lib/server/http-answer';
import { guardChange, guardReading } from '@/lib/server/request-guard';

export const dynamic = 'force-dynamic';

export function GET(request: Request): Promise<Response> {
  return answer(async () => {
    const { runtime } = dashboard();
    await guardReading(request, dashboard());
    return json(await runtime.status());
  });
}

export function POST(request: Request): Promise<Response> {
  return answer(async () => {
    const { runtime, loop, tail } = dashboard();
    const { action, message } = await runtime.act(await guardChange(request, dashboard()));
    await loop.measure();
    loop.expire();
    if (action === 'reset') tail.forget();
    loop.expectNews();
    return json({ message });
  });
}
