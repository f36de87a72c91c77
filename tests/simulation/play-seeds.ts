import { failureText, type SimulationOptions, simulate } from './simulation.ts';

/** Plays the schedules of so many seeds, from the first on: what is said of those that broke a law. */
export async function playSeeds(first: number, count: number): Promise<string[]> {
  const failures: string[] = [];
  await simulate(
    numbers(first, count, () => failures.length < 10),
    (outcome) => {
      if (outcome.brokenLaw !== null) failures.push(failureText(outcome));
    },
  );
  return failures;
}

/** The first law that breaks under a sabotage, other than those that may break in its place; null when none does. */
export async function lawBrokenBy(
  sabotage: NonNullable<SimulationOptions['sabotage']>,
  law: string,
  mostSeeds: number,
): Promise<string | null> {
  let broken: string | null = null;
  await simulate(
    numbers(1, mostSeeds, () => broken === null),
    ({ brokenLaw }) => {
      if (brokenLaw?.startsWith(`${law}:`)) broken ??= brokenLaw;
    },
    { sabotage },
  );
  return broken;
}

export function* numbers(
  first: number,
  count: number,
  isWanted: () => boolean = () => true,
): Generator<number> {
  for (let i = 0; i < count && isWanted(); i += 1) yield first + i;
}
