import type { ReactNode } from 'react';
import type { UrlState } from '@/components/live/url-state';
import type { Format } from '@/components/ui/format';
import type { Problem, WindowsAnswer } from '@/lib/contract/answers';

/** What every part of the page is given. The same object as long as nothing in it is news. */
export interface PageData {
  /**
   * What is shown: its slots are those of the range on screen, which stands still while someone reads. The open window among
   * them is as fresh as `open`.
   */
  readonly answer: WindowsAnswer;
  readonly format: Format;
  readonly url: UrlState;
  readonly change: (change: Partial<UrlState>) => void;
  /** True when all this is from a file: of what is not in it, nobody can be asked. */
  readonly isReplay: boolean;
  /** Someone has chosen a replay file. */
  readonly onFile: (file: File) => void;
}

export interface Connection {
  /** Null before the first one. */
  readonly answer: WindowsAnswer | null;
  readonly problem: Problem | null;
  readonly paused: boolean;
  readonly isStreaming: boolean;
}

/** Where the data comes from: the server, or a file that is replayed. */
export interface Source extends Connection {
  readonly previous: WindowsAnswer | null;
  readonly isReplay: boolean;
  /** Another number when the time was set: what was held is of another time then. */
  readonly jumps: number;
}

export interface PageViewProps {
  readonly source: Source;
  readonly currency: string;
  /** A language tag for numbers and times; the browser's own when it is not given. */
  readonly locale?: string | undefined;
  readonly url: UrlState;
  readonly onChange: (change: Partial<UrlState>) => void;
  /** Pauses and resumes. */
  readonly onToggle: () => void;
  /** Someone has given a replay file. */
  readonly onFile: (file: File) => void;
  /** What stands above all. */
  readonly children: ReactNode;
}
