import fc from 'fast-check';
import { expect, test } from 'vitest';
import { folderOfStream } from '../../../../infra/local/kinesis/stream-folder.ts';

const character = fc.constantFrom(...'abzABZ019_.-');
const streamName = fc.string({ unit: character, minLength: 1, maxLength: 8 });

test('two streams never share a folder, also where the file system does not tell cases apart', () => {
  fc.assert(
    fc.property(streamName, streamName, (one, other) => {
      fc.pre(one !== other);
      expect(folderOfStream(one).toLowerCase()).not.toBe(folderOfStream(other).toLowerCase());
    }),
  );
  fc.assert(
    fc.property(streamName, (name) => {
      fc.pre(name !== name.toUpperCase());
      expect(folderOfStream(name).toLowerCase()).not.toBe(folderOfStream(name.toUpperCase()).toLowerCase());
    }),
  );
});

test('a folder is one visible name within the data folder', () => {
  fc.assert(
    fc.property(streamName, (name) => {
      expect(folderOfStream(name)).toMatch(/^[\w%-][\w.%~-]*$/);
    }),
  );
});
