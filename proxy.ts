import { randomBytes } from 'node:crypto';
import { type NextRequest, NextResponse } from 'next/server';
import { answerHeaders } from '@/lib/server/answer-headers';
import { contentPolicy } from '@/lib/server/content-policy';
import { readSettings } from '@/lib/server/settings';

/** What the API and the scripts answer has the policy of every answer, which allows nothing. */
export const config = { matcher: ['/((?!api/|_next/static/).*)'] };

/**
 * Gives each page a policy with a nonce of its own; Next.js reads it off the request, and marks its scripts with it. Pages are
 * got, and that is all: there are no server actions, which Next.js would look for in whatever else is asked.
 */
export function proxy(request: NextRequest): NextResponse {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return new NextResponse(null, { status: 405, headers: { ...headersOf(request), allow: 'GET, HEAD' } });
  }
  const policy = contentPolicy(
    randomBytes(16).toString('base64'),
    embedOrigins(),
    process.env.NODE_ENV === 'development',
  );
  const headers = new Headers(request.headers);
  headers.set('content-security-policy', policy);
  const response = NextResponse.next({ request: { headers } });
  for (const [name, value] of Object.entries(headersOf(request))) response.headers.set(name, value);
  response.headers.set('content-security-policy', policy);
  return response;
}

/** Set here, too: the first requests may come before `markAnswers`. */
function headersOf(request: NextRequest): Readonly<Record<string, string>> {
  return answerHeaders(request.headers.get('x-forwarded-proto'));
}

function embedOrigins(): readonly string[] {
  try {
    return readSettings(process.env).embedOrigins;
  } catch {
    return []; // The page says what is wrong with the settings.
  }
}
