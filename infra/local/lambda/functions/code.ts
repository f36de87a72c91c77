/** A function's code, ready for a sandbox. */
export interface Code {
  /** Of what the sandbox runs. */
  readonly url: string;
  /** Changes with the code; also what GetFunction shows. Base64. */
  readonly codeSha256: string;
  readonly codeSize: number;
  /** Epoch milliseconds: when it was built, or last changed. */
  readonly builtMs: number;
}

/** Where a function's code comes from: a change of the source is a change of the code. */
export interface CodeSource {
  /** The code as it is now. Looks for changes at most once a second: `nowMs` is any clock's time. Throws BundleError. */
  current(nowMs: number): Promise<Code>;
}
