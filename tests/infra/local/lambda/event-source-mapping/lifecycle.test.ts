import { describe, expect, test } from 'vitest';
import { settled } from '../../../../../infra/local/testing/scheduler.ts';
import { collect, FUNCTION_ARN, openMapping, STREAM_ARN } from './virtual-mapping.ts';

const stateOf = async (mapping: Awaited<ReturnType<typeof openMapping>>) =>
  (await mapping.mappings.get(mapping.uuid)).State;

describe('states', () => {
  test('a new mapping is Creating, and then Enabled, or Disabled as asked', async () => {
    const mapping = await openMapping();
    expect(await stateOf(mapping)).toBe('Enabled');
    const created = await mapping.mappings.create({
      FunctionArn: `${FUNCTION_ARN}2`,
      EventSourceArn: STREAM_ARN,
      StartingPosition: 'LATEST',
      Enabled: false,
    });
    expect(created).toMatchObject({ State: 'Creating', StateTransitionReason: 'User action' });
    await settled();
    expect(await mapping.mappings.get(created.UUID)).toMatchObject({ State: 'Disabled' });
  });

  test('a change is Updating, Disabling or Enabling until invocations under way have come back', async () => {
    //   0         10
    //   ├─────────┼
    //   a──────┤            an invocation takes 3 s
    const mapping = await openMapping({ invokeMs: 3000 });
    await mapping.put('a', 1);
    await mapping.until(2);
    expect((await mapping.mappings.update(mapping.uuid, { BatchSize: 7 })).State).toBe('Updating');
    expect(await stateOf(mapping)).toBe('Updating');
    await mapping.until(4);
    expect(await stateOf(mapping)).toBe('Enabled');

    await mapping.put('b', 5);
    await mapping.until(6);
    expect((await mapping.mappings.update(mapping.uuid, { Enabled: false })).State).toBe('Disabling');
    await mapping.until(7);
    expect(await stateOf(mapping)).toBe('Disabling');
    await mapping.until(8);
    expect(await stateOf(mapping)).toBe('Disabled');

    expect((await mapping.mappings.update(mapping.uuid, { Enabled: true })).State).toBe('Enabling');
    await mapping.until(8.1);
    expect(await stateOf(mapping)).toBe('Enabled');
  });

  test('a change of settings leaves a disabled mapping disabled', async () => {
    const mapping = await openMapping({ settings: { Enabled: false } });
    expect((await mapping.mappings.update(mapping.uuid, { BatchSize: 7 })).State).toBe('Updating');
    await settled();
    expect(await mapping.mappings.get(mapping.uuid)).toMatchObject({ State: 'Disabled', BatchSize: 7 });
  });

  test('another change is refused while one is under way, and changes nothing', async () => {
    const mapping = await openMapping({ invokeMs: 3000 });
    await mapping.put('a', 1);
    await mapping.until(2);
    await mapping.mappings.update(mapping.uuid, { BatchSize: 7 });
    await expect(mapping.mappings.update(mapping.uuid, { BatchSize: 8 })).rejects.toMatchObject({
      type: 'ResourceInUseException',
      message: 'Cannot update the event source mapping because it is in use.',
    });
    await mapping.until(5);
    expect(await mapping.mappings.get(mapping.uuid)).toMatchObject({ State: 'Enabled', BatchSize: 7 });
  });

  test('a deleted mapping is Deleting until its invocation has come back, and then gone', async () => {
    const mapping = await openMapping({ invokeMs: 3000 });
    const { uuid } = mapping;
    await mapping.put('a', 1);
    await mapping.until(2);
    expect((await mapping.mappings.delete(uuid)).State).toBe('Deleting');
    expect(await stateOf(mapping)).toBe('Deleting');
    await expect(mapping.mappings.delete(uuid)).rejects.toMatchObject({
      type: 'ResourceInUseException',
      message: 'Cannot delete the event source mapping because it is in use.',
    });
    await expect(mapping.mappings.update(uuid, { BatchSize: 8 })).rejects.toMatchObject({
      type: 'ResourceInUseException',
    });
    await mapping.until(5);
    await expect(mapping.mappings.get(uuid)).rejects.toMatchObject({
      type: 'ResourceNotFoundException',
      message: 'The resource you requested does not exist.',
    });
    expect(mapping.disk.mappings.size).toBe(0);
  });

  test('LastProcessingResult says how the last invocation went, and survives a restart', async () => {
    let fails = false;
    const mapping = await openMapping({
      settings: { MaximumRetryAttempts: 0 },
      handler: (event) => {
        if (fails) throw new Error('no');
        return collect(event);
      },
    });
    const result = async () => (await mapping.mappings.get(mapping.uuid)).LastProcessingResult;
    expect(await result()).toBe('No records processed');
    await mapping.put('a', 1);
    await mapping.until(2);
    expect(await result()).toBe('OK');
    fails = true;
    await mapping.put('b', 3);
    await mapping.until(4);
    expect(await result()).toBe('PROBLEM: Function call failed');
    mapping.kill();
    await mapping.start();
    expect(await result()).toBe('PROBLEM: Function call failed');
  });
});

describe('disable and enable in the middle of a window', () => {
  test('keep position, window and state: nothing is lost or repeated', async () => {
    //   0         10        20
    //   ├─────────┼─────────┤
    //   a   b  ----          disabled from 3 to 12
    //           bF c
    const mapping = await openMapping();
    await mapping.put('a', 1);
    await mapping.until(3);
    await mapping.update({ Enabled: false });
    await mapping.put('b', 5);
    await mapping.until(12);
    expect(mapping.lines()).toEqual(['1 batch a [0-10) {}']);
    await mapping.update({ Enabled: true });
    await mapping.put('c', 13);
    await mapping.until(14);
    expect(mapping.lines(1)).toEqual(['12 batch b [0-10) a', '12 final [0-10) ab', '13 batch c [10-20) {}']);
  });

  test('a window that ended meanwhile is closed when the mapping is enabled again', async () => {
    const mapping = await openMapping();
    await mapping.put('a', 1);
    await mapping.until(3);
    await mapping.update({ Enabled: false });
    await mapping.until(60);
    expect(mapping.lines()).toEqual(['1 batch a [0-10) {}']);
    await mapping.update({ Enabled: true });
    await mapping.until(60.1);
    expect(mapping.lines(1)).toEqual(['60 final [0-10) a']);
  });

  test('the answer of an invocation under way still counts', async () => {
    const mapping = await openMapping({ invokeMs: 2000 });
    await mapping.put('a', 1);
    await mapping.until(2);
    await mapping.mappings.update(mapping.uuid, { Enabled: false });
    await mapping.until(4);
    await mapping.mappings.update(mapping.uuid, { Enabled: true });
    await mapping.put('b', 5);
    await mapping.until(6);
    expect(mapping.lines()).toEqual(['1 batch a [0-10) {}', '5 batch b [0-10) a']);
  });
});

describe('an update in the middle of a window', () => {
  test('of any other setting keeps position, window and state', async () => {
    const mapping = await openMapping();
    await mapping.put('a', 1);
    await mapping.until(2);
    await mapping.update({ BatchSize: 1, MaximumRetryAttempts: 3, FunctionArn: `${FUNCTION_ARN}2` });
    await mapping.put('b', 3);
    await mapping.until(11);
    expect(mapping.lines()).toEqual(['1 batch a [0-10) {}', '3 batch b [0-10) a', '11 final [0-10) ab']);
    expect(mapping.calls.map(({ functionArn }) => functionArn)).toEqual([
      FUNCTION_ARN,
      `${FUNCTION_ARN}2`,
      `${FUNCTION_ARN}2`,
    ]);
  });

  test('of the length of the windows folds the open window again, and never an old state under a new length', async () => {
    //   0         10        20        30
    //   ├─────────┼─────────┼
    //   a          b c                     at 13: 30 s windows
    //   ├─────────────────────────────┤
    const mapping = await openMapping();
    await mapping.put('a', 1);
    await mapping.put('b', 11);
    await mapping.put('c', 12);
    await mapping.until(13);
    await mapping.update({ TumblingWindowInSeconds: 30 });
    await mapping.until(31);
    expect(mapping.lines()).toEqual([
      '1 batch a [0-10) {}',
      '11 final [0-10) a',
      '11 batch b [10-20) {}',
      '12 batch c [10-20) b',
      '13 batch bc [0-30) {}',
      '31 final [0-30) bc',
    ]);
  });

  test('of the length of the windows first closes a window that is closing, under its old length', async () => {
    //   0         10   14
    //   ├─────────┼────
    //   a          FF  F b         the final invocation fails from 11 on; at 12: 4 s windows
    let fails = true;
    const mapping = await openMapping({
      handler: (event) => {
        if (event.isFinalInvokeForWindow && fails) throw new Error('no');
        return collect(event);
      },
    });
    await mapping.put('a', 1);
    await mapping.until(12);
    await mapping.update({ TumblingWindowInSeconds: 4 });
    fails = false;
    await mapping.put('b', 13);
    await mapping.until(17);
    expect(mapping.lines()).toEqual([
      '1 batch a [0-10) {}',
      '11 final [0-10) a',
      '11.25 final [0-10) a',
      '11.75 final [0-10) a',
      '12 final [0-10) a',
      '12.25 final [0-10) a',
      '13 batch b [12-16) {}',
      '17 final [12-16) b',
    ]);
  });

  test('that turns windows off sends the open window again as plain batches; that turns them on begins afresh', async () => {
    const mapping = await openMapping();
    await mapping.put('a', 1);
    await mapping.until(2);
    await mapping.update({ TumblingWindowInSeconds: 0 });
    await mapping.put('b', 3);
    await mapping.until(4);
    await mapping.update({ TumblingWindowInSeconds: 10 });
    await mapping.put('c', 5);
    await mapping.until(11);
    expect(mapping.lines()).toEqual([
      '1 batch a [0-10) {}',
      '2 batch a',
      '3 batch b',
      '5 batch c [0-10) {}',
      '11 final [0-10) c',
    ]);
  });

  test('that cannot be stored changes nothing', async () => {
    let broken = false;
    const mapping = await openMapping({
      environment: (environment) => ({
        ...environment,
        store: {
          ...environment.store,
          saveMapping: async (stored) => {
            if (broken) throw new Error('ENOSPC');
            await environment.store.saveMapping(stored);
          },
        },
      }),
    });
    broken = true;
    await expect(mapping.mappings.update(mapping.uuid, { BatchSize: 7 })).rejects.toThrow('ENOSPC');
    expect(await mapping.mappings.get(mapping.uuid)).toMatchObject({ State: 'Enabled', BatchSize: 100 });
  });
});

describe('a deletion in the middle of a window', () => {
  test('drops the window without a final invocation; the same mapping made anew begins at its starting position', async () => {
    const mapping = await openMapping();
    await mapping.put('a', 1);
    await mapping.until(2);
    await mapping.mappings.delete(mapping.uuid);
    await mapping.until(30);
    expect(mapping.lines()).toEqual(['1 batch a [0-10) {}']);
    await mapping.create();
    await mapping.until(31);
    expect(mapping.lines(1)).toEqual(['30 batch a [0-10) {}', '30 final [0-10) a']);
  });

  test('nothing is stored of an invocation that comes back after it', async () => {
    const mapping = await openMapping({ invokeMs: 3000 });
    await mapping.put('a', 1);
    await mapping.until(2);
    await mapping.mappings.delete(mapping.uuid);
    await mapping.until(5);
    expect(mapping.disk.checkpoints.size).toBe(0);
  });
});

describe('kill and start', () => {
  test('in the middle of an invocation: it is made again, the same event from the stored state', async () => {
    const mapping = await openMapping({ invokeMs: 1000 });
    await mapping.put('a', 1);
    await mapping.put('b', 3);
    await mapping.until(3.5);
    mapping.kill();
    await mapping.start();
    await mapping.until(4.6);
    expect(mapping.lines()).toEqual(['1 batch a [0-10) {}', '3 batch b [0-10) a', '3.5 batch b [0-10) a']);
    expect(mapping.calls[2]?.payload).toBe(mapping.calls[1]?.payload);
  });

  test('after the answer and before it is stored: the same', async () => {
    let dies = false;
    const mapping = await openMapping({
      environment: (environment) => ({
        ...environment,
        store: {
          ...environment.store,
          saveCheckpoint: (...values) =>
            dies ? new Promise(() => {}) : environment.store.saveCheckpoint(...values),
        },
      }),
    });
    await mapping.put('a', 1);
    await mapping.until(2);
    dies = true;
    await mapping.put('b', 3);
    await mapping.until(4);
    mapping.kill();
    dies = false;
    await mapping.start();
    await mapping.until(5);
    expect(mapping.lines()).toEqual(['1 batch a [0-10) {}', '3 batch b [0-10) a', '4 batch b [0-10) a']);
  });

  test('a disk that refuses the checkpoint holds the shard until it takes it; nothing is invoked twice', async () => {
    let full = false;
    const mapping = await openMapping({
      environment: (environment) => ({
        ...environment,
        store: {
          ...environment.store,
          saveCheckpoint: async (...values) => {
            if (full) throw new Error('ENOSPC: no space left on device');
            await environment.store.saveCheckpoint(...values);
          },
        },
      }),
    });
    full = true;
    await mapping.put('a', 1);
    await mapping.put('b', 2);
    await mapping.until(3);
    const [status] = await mapping.mappings.status();
    expect(status?.shards[0]?.lastError).toBe(
      'The checkpoint cannot be stored: ENOSPC: no space left on device',
    );
    full = false;
    await mapping.until(9);
    expect(mapping.lines()).toEqual(['1 batch a [0-10) {}', '4.75 batch b [0-10) a']);
  });

  test('a stop waits for the invocation under way and stores its answer', async () => {
    const mapping = await openMapping({ invokeMs: 1000 });
    await mapping.put('a', 1);
    await mapping.until(1.5);
    let closed = false;
    void mapping.mappings.close().then(() => {
      closed = true;
    });
    await mapping.until(1.9);
    expect(closed).toBe(false);
    await mapping.until(2.1);
    expect(closed).toBe(true);
    await mapping.start();
    await mapping.put('b', 3);
    await mapping.until(4.5);
    expect(mapping.lines()).toEqual(['1 batch a [0-10) {}', '3 batch b [0-10) a']);
  });
});

test('a shard goes on from its checkpoint after a fault that nobody foresaw, and its mapping can be stopped in between', async () => {
  let faults = 1;
  const mapping = await openMapping({
    environment: (environment) => ({
      ...environment,
      onInvocation: () => {
        if (faults-- > 0) throw new Error('who watches is broken');
      },
    }),
  });
  await mapping.put('a', 1);
  await mapping.put('b', 2);
  await mapping.until(12);
  expect(mapping.lines()).toEqual(['1 batch a [0-10) {}', '11 batch ab [0-10) {}', '11 final [0-10) ab']);
  expect(mapping.log[0]).toContain('shardId-000000000000 stopped: Error: who watches is broken');
  faults = 1;
  await mapping.put('c', 13);
  await mapping.until(14);
  await mapping.update({ Enabled: false });
  expect(await stateOf(mapping)).toBe('Disabled');
});

test('mappings of one stream and different functions go their own ways', async () => {
  const mapping = await openMapping();
  await mapping.put('a', 1);
  await mapping.until(2);
  const { UUID } = await mapping.mappings.create({
    FunctionArn: `${FUNCTION_ARN}2`,
    EventSourceArn: STREAM_ARN,
    StartingPosition: 'TRIM_HORIZON',
    TumblingWindowInSeconds: 5,
  });
  await mapping.put('b', 6);
  await mapping.until(11);
  const linesOf = (arn: string) =>
    mapping.lines().filter((_, index) => mapping.calls[index]?.functionArn === arn);
  expect(linesOf(FUNCTION_ARN)).toEqual(['1 batch a [0-10) {}', '6 batch b [0-10) a', '11 final [0-10) ab']);
  expect(linesOf(`${FUNCTION_ARN}2`)).toEqual([
    '2 batch a [0-5) {}',
    '6 final [0-5) a',
    '6 batch b [5-10) {}',
    '11 final [5-10) b',
  ]);
  await mapping.mappings.delete(UUID);
  await mapping.put('c', 12);
  await mapping.until(13);
  expect(linesOf(`${FUNCTION_ARN}2`)).toHaveLength(4);
  expect(linesOf(FUNCTION_ARN).at(-1)).toBe('12 batch c [10-20) {}');
});
