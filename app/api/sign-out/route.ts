import { SESSION_COOKIE } from '@/lib/server/access';
import { dashboard } from '@/lib/server/dashboard';
import { answer, seeOther } from '@/lib/server/http-answer';
import { guardOrigin } from '@/lib/server/request-guard';

export function POST(request: Request): Promise<Response> {
  return answer(() => {
    guardOrigin(request, dashboard());
    return seeOther('/sign-in', {
      'set-cookie': `${SESSION_COOKIE}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0`,
    });
  });
}
