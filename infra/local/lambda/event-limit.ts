/** Lambda's limit for an event, in bytes. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const EVENT_LIMIT_BYTES = 6_291_456;
