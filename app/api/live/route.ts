import { dashboard } from '@/lib/server/dashboard';
import { answer } from '@/lib/server/http-answer';
import { LIVE_HEADERS } from '@/lib/server/live';
import { guardReading } from '@/lib/server/request-guard';

export const dynamic = 'force-dynamic';

export function GET(request: Request): Promise<Response> {
  return answer(async () => {
    const { feed } = dashboard();
    await guardReading(request, dashboard());
    return new Response(feed.open(request.signal), { headers: LIVE_HEADERS });
  });
}
