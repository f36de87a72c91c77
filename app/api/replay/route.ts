import { dashboard } from '@/lib/server/dashboard';
import { answer, plain } from '@/lib/server/http-answer';
import { replayText } from '@/lib/server/replay';
import { guardReading } from '@/lib/server/request-guard';
import { shownCurrency } from '@/lib/server/settings';

export const dynamic = 'force-dynamic';

export function GET(request: Request): Promise<Response> {
  return answer(async () => {
    const all = dashboard();
    await guardReading(request, all);
    const day = new URL(request.url).searchParams.get('day') ?? 'today';
    const text = await replayText(all, day, shownCurrency());
    return plain(text, 'application/x-ndjson; charset=utf-8');
  });
}
