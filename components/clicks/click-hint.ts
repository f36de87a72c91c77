/** Where a receipt is to come: on a phone the largest text of the first view, so it is in the server's first answer. */
export const CLICK_HINT = 'Each click leaves a receipt here, which follows its records to their file.';
