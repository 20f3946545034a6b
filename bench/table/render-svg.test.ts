import { describe, expect, it } from 'vitest';
import { renderSvg } from './render-svg.ts';
import { entry, problem, rowOf, tableOf } from './sample-table.ts';

const WON = rowOf('won', [entry('ours', [10]), entry('litellm', [1000]), entry('npm', [100])]);
const LOST = rowOf('lost & <found>', [entry('ours', [100]), entry('litellm', [50]), entry('npm', [10])]);
const ALONE = rowOf('alone', [entry('ours', [100]), entry('litellm', [], problem('absent', 'pip'))]);

/** Numbers of an attribute of all elements with a class. */
function numbers(svg: string, name: string, attribute: string): readonly number[] {
  return [...svg.matchAll(new RegExp(`class="${name}"[^>]* ${attribute}="([\\d.]+)"`, 'g'))].map((found) =>
    Number(found[1]),
  );
}

describe('renderSvg', () => {
  const svg = renderSvg(tableOf([WON, LOST, ALONE]));

  it('has a title and a description that name what is lost, for who cannot see it', () => {
    expect(svg).toMatch(/<svg [^>]*role="img" aria-labelledby="bench-title bench-desc"/);
    expect(svg).toMatch(/<title id="bench-title">.+<\/title>/);
    expect(svg).toMatch(/<desc id="bench-desc">[^<]*Lost: 1 of 3 rows[^<]*won: 100 times LiteLLM/);
  });

  it('draws ratios on one logarithmic scale: ten times is as far from even as a tenth', () => {
    const even = Number(/class="even" d="M([\d.]+)/.exec(svg)?.[1]);
    const [hundred = 0] = numbers(svg, 'won', 'width');
    const [ten = 0] = numbers(svg, 'dot', 'cx');
    const [tenth = 0] = numbers(svg, 'lostdot', 'cx');
    expect(ten - even).toBeCloseTo(hundred / 2, 0);
    expect(even - tenth).toBeCloseTo(hundred / 2, 0);
  });

  it('marks a row that is lost by more than its colour', () => {
    expect(svg.match(/class="lostname"[^>]*>([^<]*)</g)?.[0]).toContain('lost &amp; &lt;found&gt;');
    const [left = 0] = numbers(svg, 'lost', 'x');
    const [width = 0] = numbers(svg, 'lost', 'width');
    expect(left + width).toBeCloseTo(Number(/class="even" d="M([\d.]+)/.exec(svg)?.[1]), 0);
    expect(svg).toContain('<pattern id="hatch"');
    expect(svg.match(/class="lostname"/g)).toHaveLength(2);
  });

  it('draws nothing for a row without anybody to compare with', () => {
    expect(numbers(svg, 'won', 'x')).toHaveLength(1);
    expect(svg).toMatch(/>alone<.*\n.*>absent</);
  });

  it('has colours for dark and for light pages, and is well-formed', () => {
    expect(svg).toContain('@media (prefers-color-scheme: dark)');
    const open = [...svg.matchAll(/<([a-z]+)(?: [^>]*[^/>])?>/g)].map((found) => found[1]);
    const closed = [...svg.matchAll(/<\/([a-z]+)>/g)].map((found) => found[1]);
    expect(open.sort()).toEqual(closed.sort());
    expect(svg.replaceAll(/&(?:amp|lt|gt|quot);/g, '')).not.toContain('&');
  });
});
