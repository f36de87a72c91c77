import { clientAddress } from '@/lib/server/client-address';
import { dashboard } from '@/lib/server/dashboard';
import { answer, json } from '@/lib/server/http-answer';
import { guardChange } from '@/lib/server/request-guard';

export function POST(request: Request): Promise<Response> {
  return answer(async () => {
    const { producer, loop } = dashboard();
    const receipt = await producer.generate(await guardChange(request, dashboard()), clientAddress(request));
    loop.expectNews();
    return json(receipt);
  });
}
