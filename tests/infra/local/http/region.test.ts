import { describe, expect, test } from 'vitest';
import { requestRegion } from '../../../../infra/local/http/region.ts';

const scope = (region: string) => `local/20260101/${region}/kinesis/aws4_request`;
const header = (credential: string) => ({
  headers: { authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=0` },
  query: new URLSearchParams(),
});
const query = (credential: string) => ({
  headers: {},
  query: new URLSearchParams({ 'X-Amz-Credential': credential }),
});

describe("a request's region is the one that it was signed for", () => {
  test.each([
    ['in its header', header(scope('eu-west-1')), 'eu-west-1'],
    ['in a presigned URL', query(scope('us-west-2')), 'us-west-2'],
    ['the local one, when it is not signed', { headers: {}, query: new URLSearchParams() }, 'us-east-1'],
    ['the local one, when AWS has no such region', header(scope('../../etc')), 'us-east-1'],
    ['the local one, when the scope is cut off', header('local'), 'us-east-1'],
  ])('%s', (_name, request, region) => {
    expect(requestRegion(request, 'us-east-1')).toBe(region);
  });
});
