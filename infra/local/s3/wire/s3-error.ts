import { S3_STATUS, S3_TOO_LARGE } from '../../http/failure.ts';

/** S3's error codes that this service answers with, and their HTTP statuses. https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
const STATUS = {
  ...S3_STATUS,
  AccessControlListNotSupported: 400,
  AccessDenied: 403,
  AuthorizationQueryParametersError: 400,
  BadDigest: 400,
  BadRequest: 400,
  BucketAlreadyOwnedByYou: 409,
  BucketNotEmpty: 409,
  ConditionalRequestConflict: 409,
  EntityTooSmall: 400,
  IllegalLocationConstraintException: 400,
  IncompleteBody: 400,
  InvalidArgument: 400,
  InvalidBucketAclWithObjectOwnership: 400,
  InvalidBucketName: 400,
  InvalidBucketOwnerAWSAccountID: 400,
  InvalidDigest: 400,
  InvalidLocationConstraint: 400,
  InvalidObjectState: 403,
  InvalidPart: 400,
  InvalidPartNumber: 416,
  InvalidPartOrder: 400,
  InvalidRange: 416,
  InvalidRequest: 400,
  InvalidStorageClass: 400,
  InvalidTag: 400,
  InvalidURI: 400,
  KeyTooLongError: 400,
  MalformedTrailerError: 400,
  MalformedXML: 400,
  MetadataTooLarge: 400,
  MethodNotAllowed: 405,
  MissingContentLength: 411,
  NoSuchBucket: 404,
  NoSuchKey: 404,
  NoSuchTagSet: 404,
  NoSuchUpload: 404,
  NoSuchVersion: 404,
  NotImplemented: 501,
  NotModified: 304,
  PermanentRedirect: 301,
  PreconditionFailed: 412,
  XAmzContentSHA256Mismatch: 400,
} as const;

export type S3ErrorCode = keyof typeof STATUS;

export class S3Error extends Error {
  override name = 'S3Error' as const;
  readonly status: number;

  constructor(
    readonly code: S3ErrorCode,
    message: string,
    /** Further elements of the answer, such as `BucketName` or `Key`. */
    readonly details: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.status = STATUS[code];
  }
}

/** `value` is null where S3 does not repeat it. */
export function invalidArgument(name: string, value: string | null, message: string): S3Error {
  const details = value === null ? {} : { ArgumentValue: value };
  return new S3Error('InvalidArgument', message, { ArgumentName: name, ...details });
}

export function tooLarge(proposedBytes: number, mostBytes: number): S3Error {
  return new S3Error('EntityTooLarge', S3_TOO_LARGE, {
    ProposedSize: String(proposedBytes),
    MaxSizeAllowed: String(mostBytes),
  });
}

export function noSuchBucket(name: string): S3Error {
  return new S3Error('NoSuchBucket', 'The specified bucket does not exist', { BucketName: name });
}

export function bucketNotEmpty(name: string): S3Error {
  return new S3Error('BucketNotEmpty', 'The bucket you tried to delete is not empty', { BucketName: name });
}

export function wrongContinuationToken(): S3Error {
  return invalidArgument('continuation-token', null, 'The continuation token provided is incorrect');
}

/** `algorithm` as the answer spells it. */
export function wrongChecksum(algorithm: string): S3Error {
  return new S3Error('BadDigest', `The ${algorithm} you specified did not match the calculated checksum.`);
}

export function notImplementedHeader(name: string, why?: string): S3Error {
  return new S3Error(
    'NotImplemented',
    'A header you provided implies functionality that is not implemented',
    why === undefined ? { Header: name } : { Header: name, additionalMessage: why },
  );
}
