import { dashboard } from '@/lib/server/dashboard';
import { answer, shared } from '@/lib/server/http-answer';
import { guardReading } from '@/lib/server/request-guard';

export const dynamic = 'force-dynamic';

/** What is over may be put there again, by hand; on this machine a reset does so at a click. */
const OVER_SECONDS = 60;

export function GET(request: Request): Promise<Response> {
  return answer(async () => {
    const all = dashboard();
    await guardReading(request, all);
    const { store, answers, settings } = all;
    const windows = await answers.windows(new URL(request.url).searchParams);
    return shared(request, windows, {
      serverNowMs: store.now(),
      readMs: store.readMs ?? 0,
      cacheSeconds: windows.isOver && !settings.isLocal ? OVER_SECONDS : 0,
    });
  });
}
