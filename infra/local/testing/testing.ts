/** `tumbling-windows/testing`: a windowed handler under test. */
export type { WindowedHandler } from './handler-call.ts';
export { ScenarioError } from './plan.ts';
export type {
  FailingCall,
  FailureKind,
  Moment,
  Resharding,
  Scenario,
  ScenarioFailure,
  ScenarioRecord,
} from './scenario.ts';
export { simulateWindows } from './simulate-windows.ts';
export type {
  Dropped,
  FinalInvocation,
  Invocation,
  OpenPart,
  WindowRun,
  WrittenObject,
} from './window-run.ts';
export type { WindowedAnswer, WindowedContext, WindowedEvent, WindowedRecord } from './windowed-event.ts';
