/** Headers that tell the moments of an answer which is made once for everyone: `serverNowMs` and `readMs`, epoch ms. */
export const SERVER_NOW_HEADER = 'x-server-now';
export const SERVER_READ_HEADER = 'x-server-read';
