"""Search in Chinese pages without a dictionary: words are not parted, so we look for their pairs.

Sphinx parts Chinese words with a package that the handbook does not ask for; without it, no
Chinese word is found. Every two neighbouring letters are a term here, of a page and of a question.
"""

import re

from sphinx.search.zh import SearchChinese

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]+")


class SearchByPairs(SearchChinese):
    """Find Latin words as they are, and Chinese by pairs of letters."""

    # No signs that HTML escapes: the template of the theme would change them.
    js_splitter_code = r"""
function splitQuery(query) {
  return query.split(/[^\p{Letter}\p{Number}_]+/u).flatMap(function (term) {
    return term.split(/(\p{Script=Han}+)/u).flatMap(function (run) {
      if (run.length === 0) return [];
      if (run.length === 1 || !/\p{Script=Han}/u.test(run)) return [run];
      return Array.from({length: run.length - 1}, function (_, at) {
        return run.slice(at, at + 2);
      });
    });
  });
}
"""

    def split(self, input: str) -> list[str]:
        """Return the terms of a text."""
        latin = self.latin1_letters.findall(input)
        self.latin_terms.extend(latin)
        pairs = [run[at : at + 2] for run in _HAN.findall(input) for at in range(len(run) - 1)]
        return latin + pairs
