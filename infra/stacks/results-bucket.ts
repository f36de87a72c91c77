import { Aws, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption, CfnBucket, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { FAILURES_PREFIX } from '../../lib/core/failure-key.ts';
import { DAY_INDEX_PREFIX, LIVE_PREFIX, REJECTED_PREFIX, RESULTS_PREFIX } from '../../lib/core/object-key.ts';

/** Of every permission on objects: a bucket of this name in another account is not this bucket. */
export const OWN_ACCOUNT = { StringEquals: { 's3:ResourceAccount': Aws.ACCOUNT_ID } };

/** Long enough to look into a batch that was given up, and to put its records on the stream again. */
const FAILURES_KEPT_DAYS = 30;
/** They are looked into soon or never, and a flood of them is only ever noise. */
const REJECTED_KEPT_DAYS = 90;

/** As far back as a page shows; of older days it reads the results. */
const INDEXES_KEPT_DAYS = 400;

/** All that is ever in the bucket. */
export const PREFIXES = [RESULTS_PREFIX, LIVE_PREFIX, REJECTED_PREFIX, DAY_INDEX_PREFIX, FAILURES_PREFIX];

/** The bucket of the window results: private, TLS only, encrypted; kept when its stack goes, unless it is ephemeral. */
export class ResultsBucket extends Bucket {
  constructor(
    scope: Construct,
    id: string,
    { ephemeral, versioned }: { readonly ephemeral: boolean; readonly versioned: boolean },
  ) {
    super(scope, id, {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      versioned,
      removalPolicy: ephemeral ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
      autoDeleteObjects: ephemeral,
      lifecycleRules: [
        // A shard that was split or merged leaves its last snapshot behind.
        { id: 'open-snapshots', prefix: LIVE_PREFIX, expiration: Duration.days(1) },
        { id: 'rejected-records', prefix: REJECTED_PREFIX, expiration: Duration.days(REJECTED_KEPT_DAYS) },
        { id: 'day-indexes', prefix: DAY_INDEX_PREFIX, expiration: Duration.days(INDEXES_KEPT_DAYS) },
        {
          id: 'failed-batches',
          prefix: FAILURES_PREFIX,
          expiration: Duration.days(FAILURES_KEPT_DAYS),
        },
        // What was overwritten or deleted by mistake can be had again for as long.
        ...(versioned
          ? [{ id: 'old-versions', noncurrentVersionExpiration: Duration.days(FAILURES_KEPT_DAYS) }]
          : []),
      ],
    });
    Validations.of(this).acknowledge({
      id: 'AwsSolutions-S1',
      reason:
        'Access logs would take a second bucket and outnumber the results; CloudTrail data events can be switched on where an audit asks for them.',
    });
  }

  /** The objects that the pipeline writes, as resources of a policy. */
  get pipelineObjects(): string[] {
    return PREFIXES.map((prefix) => this.arnForObjects(`${prefix}*`));
  }

  /** The day indexes, which their writer reads, too. */
  get dayIndexes(): string {
    return this.arnForObjects(`${DAY_INDEX_PREFIX}*`);
  }

  /** Says of a role or policy that names `pipelineObjects` why it ends in wildcards. */
  acknowledgeObjects(policy: Construct): void {
    const resource = this.node.defaultChild;
    if (!(resource instanceof CfnBucket)) throw new Error('Expected the bucket to be made here.');
    const logicalId = Stack.of(this).getLogicalId(resource);
    for (const prefix of PREFIXES) {
      Validations.of(policy).acknowledge({
        id: `AwsSolutions-IAM5[Resource::<${logicalId}.Arn>/${prefix}*]`,
        reason: 'Object keys are made at run time: their prefix is all that can be said beforehand.',
      });
    }
  }
}
