import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { readEnvLines, writeEnvLines } from '../../../infra/deploy/env-file.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'env-file-'));
const file = path.join(folder, '.env.local');
beforeEach(() => rmSync(file, { force: true }));
afterAll(() => rmSync(folder, { recursive: true }));

const lines = { AWS_REGION: 'eu-west-1', BUCKET_NAME: 'results-1' };
const text = () => readFileSync(file, 'utf8');

describe('.env.local', () => {
  test('gets the lines, and tells them again', () => {
    writeEnvLines(file, lines);
    expect(text()).toContain('\nAWS_REGION=eu-west-1\nBUCKET_NAME=results-1\n');
    expect(readEnvLines(file)).toEqual(lines);
  });

  test('gets them after the lines of its owner, so that they win', () => {
    writeFileSync(file, 'BUCKET_NAME=mine\nNEXT_PUBLIC_CURRENCY=EUR');
    writeEnvLines(file, lines);
    expect(text()).toMatch(
      /^BUCKET_NAME=mine\nNEXT_PUBLIC_CURRENCY=EUR\n#[\s\S]*\nBUCKET_NAME=results-1\n#.*\n$/,
    );
  });

  test('holds them once, however often they are written', () => {
    writeEnvLines(file, lines);
    writeEnvLines(file, { ...lines, BUCKET_NAME: 'results-2' });
    expect(readEnvLines(file)).toEqual({ ...lines, BUCKET_NAME: 'results-2' });
    expect(text().match(/BUCKET_NAME/g)).toHaveLength(1);
  });

  test('goes when nothing else is in it', () => {
    writeEnvLines(file, lines);
    writeEnvLines(file, null);
    expect(existsSync(file)).toBe(false);
    writeEnvLines(file, null);
    expect(existsSync(file)).toBe(false);
  });

  test('keeps what is secret in it secret', () => {
    writeFileSync(file, 'TOKEN=1\n', { mode: 0o600 });
    writeEnvLines(file, lines);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('leaves no half-written file beside it', () => {
    writeEnvLines(file, lines);
    expect(readdirSync(folder)).toEqual(['.env.local']);
  });

  test('has no lines of the deploy where there is none', () => {
    expect(readEnvLines(file)).toBeNull();
    writeFileSync(file, 'BUCKET_NAME=mine\n');
    expect(readEnvLines(file)).toBeNull();
  });

  test("is its owner's again after a deploy and a destroy, whatever was in it", () => {
    const owned = fc
      .array(fc.stringMatching(/^[ -~]{0,20}$/), { minLength: 1 })
      .map((each) => `A=1\n${each.join('\n')}\n`);
    fc.assert(
      fc.property(owned, (before) => {
        writeFileSync(file, before);
        writeEnvLines(file, lines);
        writeEnvLines(file, lines);
        writeEnvLines(file, null);
        expect(text()).toBe(before);
      }),
    );
  });
});

test('a symbolic link stays one, and its target is written, also where that is not there yet', () => {
  const target = path.join(folder, 'elsewhere.env');
  symlinkSync('elsewhere.env', file);
  writeEnvLines(file, { BUCKET_NAME: 'results' });
  expect(readEnvLines(target)).toEqual({ BUCKET_NAME: 'results' });
  writeFileSync(target, `MINE=1\n${readFileSync(target, 'utf8')}`);
  writeEnvLines(file, null);
  expect([readlinkSync(file), readFileSync(target, 'utf8')]).toEqual(['elsewhere.env', 'MINE=1\n']);
  writeFileSync(target, '');
  writeEnvLines(file, { BUCKET_NAME: 'results' });
  writeEnvLines(file, null);
  expect([readlinkSync(file), readFileSync(target, 'utf8')]).toEqual(['elsewhere.env', '']);
});
