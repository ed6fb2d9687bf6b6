import { useEffect, useRef, useState } from 'preact/hooks';
import UPlot from 'uplot';
import { Scroll } from './scroll.tsx';
import { theme } from './theme.ts';

/** One line of a plot; lines differ in their dashes, so that no colour is needed to tell them apart. */
type Line = {
  readonly name: string;
  readonly values: readonly (number | null)[];
  readonly colour: string;
  readonly dash: readonly number[];
};

const height = 220;

const cssColour = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

const axisOf = (): UPlot.Axis => ({
  stroke: cssColour('--faint-ink'),
  grid: { stroke: cssColour('--hairline'), width: 1 },
  ticks: { show: false },
  font: '12px system-ui, sans-serif',
});

/** Each label where it first stands: between two whole numbers there is none, and of nothing there is one. */
const once = (labels: readonly string[]) =>
  labels.map((label, at) => (label === labels[at - 1] ? '' : label));

type PlotProps = {
  readonly title: string;
  /** Seconds since 1970. */
  readonly times: readonly number[];
  readonly lines: readonly Line[];
  readonly shown: (value: number) => string;
  readonly timeShown: (seconds: number) => string;
};

function optionsOf({ lines, shown, timeShown }: PlotProps, width: number): UPlot.Options {
  return {
    width,
    height,
    padding: [16, 28, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { size: 6 } },
    scales: { y: { range: (_self, _low, high) => [0, Math.max(high * 1.1, 1e-9)] } },
    axes: [
      { ...axisOf(), size: 30, values: (_self, ticks) => ticks.map(timeShown) },
      { ...axisOf(), size: 54, values: (_self, ticks) => once(ticks.map(shown)) },
    ],
    series: [
      {},
      ...lines.map(({ name, colour, dash }) => ({
        label: name,
        stroke: cssColour(colour),
        width: 2,
        dash: [...dash],
        points: { show: false },
      })),
    ],
  };
}

/** What the lines are, each as it is drawn. */
const Legend = ({ lines }: { readonly lines: readonly Line[] }) => (
  <ul class="legend" aria-hidden="true">
    {lines.map(({ name, colour, dash }) => (
      <li key={name}>
        <svg aria-hidden="true" width="26" height="8" viewBox="0 0 26 8">
          <line x1="0" y1="4" x2="26" y2="4" class={`stroke${colour}`} stroke-dasharray={dash.join(' ')} />
        </svg>
        {name}
      </li>
    ))}
  </ul>
);

const PlotTable = ({ title, times, lines, shown, timeShown }: PlotProps) => (
  <Scroll label={title} kind="tall">
    <table>
      <thead>
        <tr>
          <th scope="col">Time</th>
          {lines.map(({ name }) => (
            <th key={name} scope="col" class="number">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {times
          .map((time, at) => (
            <tr key={time}>
              <th scope="row">{timeShown(time)}</th>
              {lines.map(({ name, values }) => (
                <td key={name} class="number">
                  {values[at] == null ? '–' : shown(values[at])}
                </td>
              ))}
            </tr>
          ))
          .reverse()}
      </tbody>
    </table>
  </Scroll>
);

function Canvas(props: PlotProps) {
  const { times, lines, title } = props;
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot | null>(null);
  const data: UPlot.AlignedData = [[...times], ...lines.map(({ values }) => [...values])];
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const made = new UPlot(optionsOf(props, element.clientWidth), data, element);
    plot.current = made;
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
    };
    // Colours are read when it is made.
  }, [theme.value, lines.length]);
  useEffect(() => plot.current?.setData(data));
  return <div ref={place} class="canvas" role="img" aria-label={`${title}; the table has the numbers`} />;
}

/** Lines over time, or the same as a table. */
export function Plot(props: PlotProps) {
  const [isTable, setTable] = useState(false);
  return (
    <figure class="plot">
      <figcaption>
        <Legend lines={props.lines} />
        <button type="button" class="small" aria-pressed={isTable} onClick={() => setTable(!isTable)}>
          As a table
        </button>
      </figcaption>
      {isTable ? <PlotTable {...props} /> : <Canvas {...props} />}
    </figure>
  );
}
