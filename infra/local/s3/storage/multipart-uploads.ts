import { randomBytes, randomUUID } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { seal, unseal } from '../../sealed-text.ts';
import { type ChecksumAlgorithm, type ChecksumType, parseAlgorithm } from '../wire/checksum.ts';
import { S3Error } from '../wire/s3-error.ts';
import { damaged, onDisk } from './damage.ts';
import { md5Tag } from './object-file.ts';

export interface MultipartUpload {
  readonly uploadId: string;
  readonly key: string;
  readonly initiatedMs: number;
  /** Of the object to be. */
  readonly headers: Readonly<Record<string, string>>;
  /** Null when the client asked for none: then S3 takes CRC-64/NVME of the whole. */
  readonly checksum: { readonly algorithm: ChecksumAlgorithm; readonly type: ChecksumType } | null;
}

/** Beside the parts of an upload: an object of its key was deleted meanwhile. */
const DELETED = 'deleted';

export interface UploadedPart {
  readonly number: number;
  readonly size: number;
  /** Quoted. */
  readonly etag: string;
  /** Base64, in the upload's algorithm. */
  readonly checksum: string | null;
  readonly lastModifiedMs: number;
  readonly file: string;
}

/**
 * Uploads that are under way: a folder for each, with `upload.json` and a file for each part, whose name says its number,
 * MD5 and checksum. Nothing is held in memory, so that uploads go on after a restart. Files are named when they are
 * complete, and an upload is removed after its object is in place: a kill between the two lets a client complete it again.
 */
export class MultipartUploads {
  readonly #folder: string;
  readonly #temporary: string;

  constructor(folder: string, temporary: string) {
    this.#folder = folder;
    this.#temporary = temporary;
  }

  begin(bucket: string, upload: Omit<MultipartUpload, 'uploadId'>): string {
    const uploadId = randomBytes(32).toString('hex');
    const folder = this.#folderOf(bucket, uploadId);
    onDisk(() => {
      mkdirSync(folder, { recursive: true });
      this.#place(Buffer.from(seal(JSON.stringify(upload))), path.join(folder, 'upload.json'));
    });
    return uploadId;
  }

  /** Throws S3Error NoSuchUpload */
  find(bucket: string, uploadId: string, key: string): MultipartUpload {
    const upload = /^[0-9a-f]{64}$/.test(uploadId) ? this.#read(bucket, uploadId) : null;
    if (upload?.key === key) return upload;
    throw new S3Error(
      'NoSuchUpload',
      'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
      { UploadId: uploadId },
    );
  }

  /** In no order. */
  list(bucket: string): MultipartUpload[] {
    return names(path.join(this.#folder, bucket)).flatMap((id) => this.#read(bucket, id) ?? []);
  }

  /** A part that comes again takes the place of the one before. */
  putPart(
    bucket: string,
    uploadId: string,
    part: { readonly number: number; readonly bytes: Buffer; readonly checksum: string | null },
  ): UploadedPart {
    const folder = this.#folderOf(bucket, uploadId);
    const number = String(part.number).padStart(5, '0');
    const md5 = md5Tag(part.bytes).replaceAll('"', '');
    const checksum = part.checksum === null ? '' : Buffer.from(part.checksum, 'base64').toString('hex');
    const name = `${number}-${md5}-${checksum}`;
    return onDisk(() => {
      const before = names(folder).filter((each) => each.startsWith(`${number}-`) && each !== name);
      this.#place(part.bytes, path.join(folder, name));
      for (const each of before) rmSync(path.join(folder, each), { force: true });
      return describePart(folder, name);
    });
  }

  /** Remembers with the uploads of a key that its object was deleted while they were under way. */
  noteDeletion(bucket: string, key: string): void {
    for (const upload of this.list(bucket)) {
      if (upload.key !== key) continue;
      onDisk(() => writeFileSync(path.join(this.#folderOf(bucket, upload.uploadId), DELETED), ''));
    }
  }

  /** Whether an object of the upload's key was deleted since the upload began. */
  sawDeletion(bucket: string, uploadId: string): boolean {
    return names(this.#folderOf(bucket, uploadId)).includes(DELETED);
  }

  /** In the order of their numbers. */
  parts(bucket: string, uploadId: string): UploadedPart[] {
    const folder = this.#folderOf(bucket, uploadId);
    const byNumber = new Map<number, UploadedPart>();
    for (const name of names(folder).filter((each) => /^\d{5}-/.test(each))) {
      const part = describePart(folder, name);
      // A kill may have left the part that was replaced.
      if (part.lastModifiedMs >= (byNumber.get(part.number)?.lastModifiedMs ?? 0)) {
        byNumber.set(part.number, part);
      }
    }
    return [...byNumber.values()].sort((a, b) => a.number - b.number);
  }

  /** The bytes of a part. Throws S3Error InternalError when they are not those that were put. */
  bytesOf({ file, etag }: UploadedPart): Buffer {
    return onDisk(() => {
      const bytes = readFileSync(file);
      if (md5Tag(bytes) === etag) return bytes;
      throw damaged(file, 'its bytes are not those that were put. Upload the part again.');
    });
  }

  remove(bucket: string, uploadId: string): void {
    onDisk(() => rmSync(this.#folderOf(bucket, uploadId), { recursive: true, force: true }));
  }

  removeAll(bucket: string): void {
    onDisk(() => rmSync(path.join(this.#folder, bucket), { recursive: true, force: true }));
  }

  #folderOf(bucket: string, uploadId: string): string {
    return path.join(this.#folder, bucket, uploadId);
  }

  #place(bytes: Buffer, file: string): void {
    const temporary = path.join(this.#temporary, randomUUID());
    try {
      writeFileSync(temporary, bytes);
      renameSync(temporary, file);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
  }

  /** Null when there is none. Throws S3Error InternalError when its file is damaged. */
  #read(bucket: string, uploadId: string): MultipartUpload | null {
    const file = path.join(this.#folderOf(bucket, uploadId), 'upload.json');
    if (!existsSync(file)) return null;
    let upload: MultipartUpload | null;
    try {
      upload = parseUpload(uploadId, JSON.parse(unseal(readFileSync(file, 'utf8'))));
    } catch (error) {
      throw damaged(file, error instanceof Error ? error.message : String(error));
    }
    if (upload === null) throw damaged(file, 'expected a key, a time and headers');
    return upload;
  }
}

function parseUpload(uploadId: string, value: unknown): MultipartUpload | null {
  if (typeof value !== 'object' || value === null) return null;
  const fields: { readonly [name in keyof MultipartUpload]?: unknown } = value;
  const { key, initiatedMs, headers, checksum } = fields;
  if (typeof key !== 'string' || typeof initiatedMs !== 'number') return null;
  const named: { readonly algorithm?: unknown; readonly type?: unknown } =
    typeof checksum === 'object' && checksum !== null ? checksum : {};
  const algorithm = parseAlgorithm(String(named.algorithm));
  const type = named.type === 'COMPOSITE' ? 'COMPOSITE' : 'FULL_OBJECT';
  const texts = Object.entries(headers ?? {}).filter(
    (pair): pair is [string, string] => typeof pair[1] === 'string',
  );
  return {
    uploadId,
    key,
    initiatedMs,
    headers: Object.fromEntries(texts),
    checksum: algorithm === null ? null : { algorithm, type },
  };
}

function describePart(folder: string, name: string): UploadedPart {
  const [number = '', md5 = '', checksum = ''] = name.split('-');
  const file = path.join(folder, name);
  const { size, mtimeMs } = statSync(file);
  return {
    number: Number(number),
    size,
    etag: `"${md5}"`,
    checksum: checksum === '' ? null : Buffer.from(checksum, 'hex').toString('base64'),
    lastModifiedMs: Math.floor(mtimeMs),
    file,
  };
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
