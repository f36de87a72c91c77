import { dashboard } from '@/lib/server/dashboard';
import { explainAnswer } from '@/lib/server/explain';
import { answer, json } from '@/lib/server/http-answer';
import { guardReading } from '@/lib/server/request-guard';

export const dynamic = 'force-dynamic';

export function GET(request: Request): Promise<Response> {
  return answer(async () => {
    const all = dashboard();
    await guardReading(request, all);
    return json(await explainAnswer(all, new URL(request.url).searchParams.get('start') ?? ''));
  });
}
