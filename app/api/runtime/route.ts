import { dashboard } from '@/lib/server/dashboard';
import { answer, json } from '@/lib/server/http-answer';
import { guardChange, guardReading } from '@/lib/server/request-guard';

export const dynamic = 'force-dynamic';

export function GET(request: Request): Promise<Response> {
  return answer(async () => {
    const { settings, runtime } = dashboard();
    guardReading(request, settings);
    return json(await runtime.status());
  });
}

export function POST(request: Request): Promise<Response> {
  return answer(async () => {
    const { settings, runtime, loop, tail } = dashboard();
    const { action, message } = await runtime.act(await guardChange(request, settings));
    await loop.measure();
    loop.expire();
    if (action === 'reset') tail.forget();
    loop.expectNews();
    return json({ message });
  });
}
