import useSWR from 'swr';
import { getJson } from '@/components/live/request';
import type { HealthAnswer } from '@/lib/contract/answers';

/** The server's settings; they do not change while it runs. Undefined until it has said them. */
export function useHealth(): HealthAnswer | undefined {
  return useSWR<HealthAnswer>('/api/health', getJson, { revalidateOnFocus: false }).data;
}

/** One name for the pipeline that the page looks at: a bucket at an endpoint, or in an account. */
export function placeOf(health: Pick<HealthAnswer, 'endpoint' | 'accountId' | 'bucket'>): string {
  return `${health.endpoint ?? health.accountId ?? 'aws'} ${health.bucket}`;
}

/** Null until the server has said what it looks at. */
export function usePlace(): string | null {
  const health = useHealth();
  return health === undefined ? null : placeOf(health);
}
