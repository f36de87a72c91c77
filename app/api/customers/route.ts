import { dashboard } from '@/lib/server/dashboard';
import { answer, shared } from '@/lib/server/http-answer';
import { guardReading } from '@/lib/server/request-guard';

export const dynamic = 'force-dynamic';

export function GET(request: Request): Promise<Response> {
  return answer(async () => {
    const all = dashboard();
    await guardReading(request, all);
    const { store, answers } = all;
    const customers = await answers.customers(new URL(request.url).searchParams);
    return shared(request, customers, {
      serverNowMs: store.now(),
      readMs: store.readMs ?? 0,
      cacheSeconds: 0,
    });
  });
}
