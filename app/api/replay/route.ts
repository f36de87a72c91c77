import { dashboard } from '@/lib/server/dashboard';
import { answer, plain } from '@/lib/server/http-answer';
import { replayText } from '@/lib/server/replay';
import { guardReading } from '@/lib/server/request-guard';

export const dynamic = 'force-dynamic';

export function GET(request: Request): Promise<Response> {
  return answer(async () => {
    const all = dashboard();
    await guardReading(request, all);
    const day = new URL(request.url).searchParams.get('day') ?? 'today';
    // As for the page: a setting of the run, past what the build would fill in.
    const { NEXT_PUBLIC_CURRENCY: currency } = process.env;
    const text = await replayText(all, day, currency || 'USD');
    return plain(text, 'application/x-ndjson; charset=utf-8');
  });
}
