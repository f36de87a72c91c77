/**
 * Asks for one file with the browser's own dialog. To be called by a click, else the browser refuses. No kinds are named:
 * phones would show a file of a kind that they do not know in grey.
 */
export function chooseFile(onFile: (file: File) => void): void {
  const input = document.createElement('input');
  input.type = 'file';
  input.addEventListener('change', () => {
    const file = input.files?.[0];
    if (file !== undefined) onFile(file);
  });
  input.click();
}
