import { dashboard } from '@/lib/server/dashboard';
import { answer, json } from '@/lib/server/http-answer';
import { guardChange } from '@/lib/server/request-guard';

export function POST(request: Request): Promise<Response> {
  return answer(async () => {
    const { settings, producer, loop } = dashboard();
    const receipt = await producer.generate(await guardChange(request, settings));
    loop.expectNews();
    return json(receipt);
  });
}
