/** https://docs.aws.amazon.com/general/latest/gr/s3.html */
const REGIONS = [
  'af-south-1', 'ap-east-1', 'ap-east-2', 'ap-northeast-1', 'ap-northeast-2', 'ap-northeast-3', 'ap-south-1',
  'ap-south-2', 'ap-southeast-1', 'ap-southeast-2', 'ap-southeast-3', 'ap-southeast-4', 'ap-southeast-5',
  'ap-southeast-6', 'ap-southeast-7', 'ca-central-1', 'ca-west-1', 'cn-north-1', 'cn-northwest-1', 'eu-central-1',
  'eu-central-2', 'eu-north-1', 'eu-south-1', 'eu-south-2', 'eu-west-1', 'eu-west-2', 'eu-west-3', 'eu-isoe-west-1', 'eusc-de-east-1',
  'il-central-1', 'me-central-1', 'me-south-1', 'mx-central-1', 'sa-east-1', 'us-east-1', 'us-east-2', 'us-gov-east-1',
  'us-gov-west-1', 'us-iso-east-1', 'us-iso-west-1', 'us-isob-east-1', 'us-isob-west-1', 'us-isof-east-1',
  'us-isof-south-1', 'us-west-1', 'us-west-2',
]; // biome-ignore format: a list to look a word up in

export function isRegion(name: string): boolean {
  return REGIONS.includes(name);
}

/** The region of a location constraint: its own name, but for the oldest one in Europe. */
export function regionOfLocation(location: string): string {
  return location === 'EU' ? 'eu-west-1' : location;
}

/** The region that a request was signed for, as its endpoint would be; `local` when it is not signed, or for no region. */
export function endpointRegion(headers: Readonly<Record<string, string>>, local: string): string {
  const scope = /Credential=([^,\s]+)/.exec(headers.authorization ?? '')?.[1]?.split('/')[2] ?? '';
  return isRegion(scope) ? scope : local;
}
