import { dashboard } from '@/lib/server/dashboard';
import { answer } from '@/lib/server/http-answer';
import { LIVE_HEADERS } from '@/lib/server/live';
import { guardReading } from '@/lib/server/request-guard';

export const dynamic = 'force-dynamic';

export function GET(request: Request): Promise<Response> {
  return answer(() => {
    const { settings, feed } = dashboard();
    guardReading(request, settings);
    return new Response(feed.open(request.signal), { headers: LIVE_HEADERS });
  });
}
