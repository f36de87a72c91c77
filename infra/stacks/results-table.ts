import { Aws } from 'aws-cdk-lib';
import { CfnDatabase, CfnTable } from 'aws-cdk-lib/aws-glue';
import { Construct } from 'constructs';
import { RESULTS_PREFIX } from '../../lib/core/object-key.ts';
import { RESULT_FIELDS } from '../../lib/core/window-result.ts';
import type { ResultsBucket } from './results-bucket.ts';

/** Money has two decimals, and no sum in a result is larger than 70 trillion. */
const MONEY = 'decimal(18,2)';

/** By what a field of a window result is; an original one has `sales` alone, or a count, too. */
const TYPES: Readonly<Record<(typeof RESULT_FIELDS)[keyof typeof RESULT_FIELDS], string>> = {
  money: MONEY,
  count: 'bigint',
  text: 'string',
  truth: 'boolean',
  window: 'struct<start:string,end:string>',
  shares: `map<string,struct<record_count:bigint,sales:${MONEY}>>`,
};

/**
 * The window results as a table, for Athena and whatever else reads a Glue catalog. Its partitions are projected: they are
 * reckoned from the days that a query names, and no crawler has to find them. Costs nothing until somebody queries it.
 * https://docs.aws.amazon.com/athena/latest/ug/partition-projection.html
 */
export class ResultsTable extends Construct {
  constructor(scope: Construct, id: string, bucket: ResultsBucket, names: { readonly database: string }) {
    super(scope, id);
    const database = new CfnDatabase(this, 'Database', {
      catalogId: Aws.ACCOUNT_ID,
      databaseInput: { name: names.database, description: 'The results of the tumbling windows' },
    });
    const location = `s3://${bucket.bucketName}/${RESULTS_PREFIX}`;
    const table = new CfnTable(this, 'WindowResults', {
      catalogId: Aws.ACCOUNT_ID,
      databaseName: names.database,
      tableInput: {
        name: 'window_results',
        description: 'One row for each part of each window of each shard',
        tableType: 'EXTERNAL_TABLE',
        partitionKeys: [{ name: 'dt', type: 'string', comment: 'UTC day of the start, 2021_01_24' }],
        parameters: {
          EXTERNAL: 'TRUE',
          'projection.enabled': 'true',
          'projection.dt.type': 'date',
          'projection.dt.format': 'yyyy_MM_dd',
          'projection.dt.range': '2021_01_01,NOW',
          'storage.location.template': `${location}dt=\${dt}/`,
        },
        storageDescriptor: {
          location,
          columns: Object.entries(RESULT_FIELDS).map(([name, kind]) => ({ name, type: TYPES[kind] })),
          inputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
          outputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
          serdeInfo: {
            serializationLibrary: 'org.openx.data.jsonserde.JsonSerDe',
            // The names of customers stay as they are. What is no result ends a query: a sum without it would be wrong.
            parameters: { 'case.insensitive': 'FALSE' },
          },
        },
      },
    });
    table.addResourceDependency(database);
  }
}
