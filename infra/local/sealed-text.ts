import { crc32 } from 'node:zlib';

/** The text of a file is not what was written there. */
class BrokenSealError extends Error {
  override name = 'BrokenSealError' as const;

  constructor(
    readonly stated: string,
    readonly found: string,
  ) {
    super(
      `its checksum is ${found} and should be ${stated}: it is damaged, or was edited by hand (then remove its "checksum")`,
    );
  }
}

const SEAL = /^,\s*"checksum":\s*"([0-9a-f]{8})"\s*\}\s*$/;

/** Adds a last property, `checksum`, to the text of a JSON object that has a property: of the text itself, so of every byte. */
export function seal(json: string): string {
  const text = json.trimEnd();
  const isIndented = text.endsWith('\n}');
  const fields = text.slice(0, -1).trimEnd();
  return isIndented
    ? `${fields},\n  "checksum": "${checksum(fields)}"\n}\n`
    : `${fields},"checksum":"${checksum(fields)}"}\n`;
}

/** The text without its seal. One that has none is of an older version, and comes back as it is. Throws BrokenSealError. */
export function unseal(text: string): string {
  const end = text.lastIndexOf(',');
  const stated = SEAL.exec(text.slice(end))?.[1];
  if (stated === undefined) return text;
  const fields = text.slice(0, end);
  const found = checksum(fields);
  if (found !== stated) throw new BrokenSealError(stated, found);
  return `${fields}}`;
}

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(8, '0');
}
