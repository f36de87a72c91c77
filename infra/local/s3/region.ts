/** The region of a location constraint: its own name, but for the oldest one in Europe. */
export function regionOfLocation(location: string): string {
  return location === 'EU' ? 'eu-west-1' : location;
}
