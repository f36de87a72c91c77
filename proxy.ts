import { randomBytes } from 'node:crypto';
import { type NextRequest, NextResponse } from 'next/server';
import { answerHeaders } from '@/lib/server/answer-headers';
import { contentPolicy } from '@/lib/server/content-policy';
import { readSettings } from '@/lib/server/settings';

/** Pages only: what the API and the files answer has the policy of every answer, which allows nothing. */
export const config = { matcher: ['/((?!api/|_next/static/|icon.svg|manifest.webmanifest|robots.txt).*)'] };

/** Gives each page a policy with a nonce of its own; Next.js reads it off the request, and marks its scripts with it. */
export function proxy(request: NextRequest): NextResponse {
  const policy = contentPolicy(
    randomBytes(16).toString('base64'),
    embedOrigins(),
    process.env.NODE_ENV === 'development',
  );
  const headers = new Headers(request.headers);
  headers.set('content-security-policy', policy);
  const response = NextResponse.next({ request: { headers } });
  // The first requests may come before `markAnswers`.
  for (const [name, value] of Object.entries(answerHeaders(request.headers.get('x-forwarded-proto')))) {
    response.headers.set(name, value);
  }
  response.headers.set('content-security-policy', policy);
  return response;
}

function embedOrigins(): readonly string[] {
  try {
    return readSettings(process.env).embedOrigins;
  } catch {
    return []; // The page says what is wrong with the settings.
  }
}
