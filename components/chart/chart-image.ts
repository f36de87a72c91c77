const SCALE = 2;
const MARGIN = 24;
const HEAD = 56;

/**
 * The chart's own drawing as a PNG, with a title and a line about what is in it. Resolves to null when there is no chart
 * on screen or the browser cannot draw it.
 */
export async function chartImage(title: string, line: string): Promise<Blob | null> {
  const svg = document.querySelector<SVGSVGElement>('svg.recharts-surface');
  if (svg === null) return null;
  const { width, height } = svg.getBoundingClientRect();
  const image = await load(standalone(svg, width, height));
  const canvas = document.createElement('canvas');
  canvas.width = (width + 2 * MARGIN) * SCALE;
  canvas.height = (height + HEAD + 2 * MARGIN) * SCALE;
  const context = canvas.getContext('2d');
  if (image === null || context === null) return null;
  context.scale(SCALE, SCALE);
  context.fillStyle = colorOf('var(--bg)');
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = colorOf('var(--text)');
  context.font = '500 16px system-ui, sans-serif';
  context.fillText(title, MARGIN, MARGIN + 16);
  context.fillStyle = colorOf('var(--muted)');
  context.font = '12px system-ui, sans-serif';
  context.fillText(line, MARGIN, MARGIN + 36);
  context.drawImage(image, MARGIN, MARGIN + HEAD, width, height);
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
}

/** Outside the page there are no variables: each becomes the colour that it has now. */
function standalone(svg: SVGSVGElement, width: number, height: number): string {
  const copy = svg.cloneNode(true);
  if (!(copy instanceof SVGSVGElement)) return '';
  copy.setAttribute('width', String(width));
  copy.setAttribute('height', String(height));
  copy.setAttribute('font-family', 'system-ui, sans-serif');
  return new XMLSerializer().serializeToString(copy).replaceAll(/var\(--[\w-]+\)/g, colorOf);
}

function colorOf(variable: string): string {
  const probe = document.createElement('span');
  probe.style.color = variable;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

function load(svg: string): Promise<HTMLImageElement | null> {
  return new Promise((resolve) => {
    const image = new Image();
    image.onload = () => resolve(image);
    image.onerror = () => resolve(null);
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  });
}
