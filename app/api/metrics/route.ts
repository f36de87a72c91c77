import { dashboard } from '@/lib/server/dashboard';
import { answer, plain } from '@/lib/server/http-answer';
import { metricsText } from '@/lib/server/prometheus';
import { guardReading } from '@/lib/server/request-guard';

export const dynamic = 'force-dynamic';

export function GET(request: Request): Promise<Response> {
  return answer(async () => {
    const all = dashboard();
    await guardReading(request, all);
    return plain(metricsText(all), 'text/plain; version=0.0.4; charset=utf-8');
  });
}
