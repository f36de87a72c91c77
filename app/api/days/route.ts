import { dashboard } from '@/lib/server/dashboard';
import { answer, json } from '@/lib/server/http-answer';
import { guardReading } from '@/lib/server/request-guard';
import { daysAnswer } from '@/lib/server/windows-answer';

export const dynamic = 'force-dynamic';

export function GET(request: Request): Promise<Response> {
  return answer(async () => {
    const { store, loop } = dashboard();
    await guardReading(request, dashboard());
    return json(await daysAnswer(store, loop));
  });
}
