import { SESSION_COOKIE, SESSION_SECONDS } from '@/lib/server/access';
import { clientAddress } from '@/lib/server/client-address';
import { dashboard } from '@/lib/server/dashboard';
import { answer, seeOther } from '@/lib/server/http-answer';
import { isProblem } from '@/lib/server/problem';
import { guardOrigin, isSecure, readBody } from '@/lib/server/request-guard';

/** A form's answer, so that it works without a script: back to the page, signed in, or to the form, with why not. */
export function POST(request: Request): Promise<Response> {
  return answer(async () => {
    const { access, limits } = dashboard();
    guardOrigin(request, dashboard());
    const password = new URLSearchParams(await readBody(request)).get('password') ?? '';
    const address = clientAddress(request);
    try {
      limits.attempt(address);
    } catch (error) {
      if (isProblem(error)) return seeOther(`/sign-in?wait=${error.retrySeconds ?? 1}`);
      throw error;
    }
    const role = await access.roleOf(password);
    if (role === null) return seeOther('/sign-in?wrong=1');
    limits.signedIn(address, role);
    const secure = isSecure(request) ? '; Secure' : '';
    const cookie = `${SESSION_COOKIE}=${await access.seal(role)}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${SESSION_SECONDS}${secure}`;
    return seeOther('/', { 'set-cookie': cookie });
  });
}
