package promapi

import (
	"fmt"
	"regexp/syntax"
	"strings"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/util/strutil"
)

// Bounds of an expression. To read one costs memory and stack by its depth, and
// a pattern may stand for a program a thousand times its length, so all is
// measured before anything is read.
const (
	maxExpressionBytes = 64 << 10
	maxOperators       = 1000 // operators and opening brackets together
	maxNesting         = 100  // brackets in brackets
	maxPatternNodes    = 10_000
	maxSelectors       = 100 // match[] of one request
)

// NewParser returns the parser of PromQL that the API reads with, and that its
// engine has to read with: it refuses what is over the bounds.
func NewParser() parser.Parser {
	return boundedParser{parser.NewParser(parser.Options{})}
}

type boundedParser struct{ parser.Parser }

// ParseExpr implements parser.Parser.
func (p boundedParser) ParseExpr(text string) (parser.Expr, error) {
	if err := measure(text); err != nil {
		return nil, err
	}
	return p.Parser.ParseExpr(text)
}

// ParseMetricSelector implements parser.Parser.
func (p boundedParser) ParseMetricSelector(text string) ([]*labels.Matcher, error) {
	if err := measure(text); err != nil {
		return nil, err
	}
	return p.Parser.ParseMetricSelector(text)
}

// ParseMetricSelectors implements parser.Parser.
func (p boundedParser) ParseMetricSelectors(texts []string) ([][]*labels.Matcher, error) {
	if len(texts) > maxSelectors {
		return nil, fmt.Errorf("there are %d selectors, and no more than %d are taken", len(texts), maxSelectors)
	}
	bytes := 0
	for _, text := range texts {
		bytes += len(text)
	}
	if bytes > maxExpressionBytes {
		return nil, tooLong(bytes)
	}
	out := make([][]*labels.Matcher, 0, len(texts))
	for _, text := range texts {
		one, err := p.ParseMetricSelector(text)
		if err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, nil
}

func tooLong(bytes int) error {
	return fmt.Errorf("the expression has %d bytes, and no more than %d are taken", bytes, maxExpressionBytes)
}

// measure tells whether an expression is within the bounds. It does not say
// whether it can be read.
func measure(text string) error {
	if len(text) > maxExpressionBytes {
		return tooLong(len(text))
	}
	var (
		item           parser.Item
		lexer          = parser.Lex(text)
		nesting, costs int
	)
	for {
		lexer.NextItem(&item)
		switch item.Typ {
		case parser.EOF, parser.ERROR:
			return nil // an error is the parser's to tell
		case parser.LEFT_PAREN, parser.LEFT_BRACE, parser.LEFT_BRACKET:
			nesting++
			costs++
		case parser.RIGHT_PAREN, parser.RIGHT_BRACE, parser.RIGHT_BRACKET:
			nesting--
		case parser.STRING:
			if err := measurePattern(item.Val); err != nil {
				return err
			}
		default:
			if item.Typ.IsOperator() {
				costs++
			}
		}
		switch {
		case nesting > maxNesting:
			return fmt.Errorf("the expression has brackets nested more than %d deep", maxNesting)
		case costs > maxOperators:
			return fmt.Errorf("the expression has more than %d operators and brackets", maxOperators)
		}
	}
}

// measurePattern tells whether a string, if it is meant as a pattern, would
// become one of a size within the bounds. Which strings are patterns is not
// known before an expression has been read; others are seldom near the bound.
func measurePattern(quoted string) error {
	const harmless = 64 // so short, and without a repetition, nothing comes near
	if len(quoted) <= harmless && !strings.Contains(quoted, "{") {
		return nil
	}
	text, err := strutil.Unquote(quoted)
	if err != nil {
		return nil //nolint:nilerr // the parser tells it, with the place
	}
	pattern, err := syntax.Parse(text, syntax.Perl|syntax.DotNL)
	if err != nil {
		return nil //nolint:nilerr // not a pattern, or one that is refused where it is used
	}
	if patternNodes(pattern) > maxPatternNodes {
		return fmt.Errorf("a pattern of the expression has more than %d parts, its repetitions counted", maxPatternNodes)
	}
	return nil
}

// patternNodes counts what a pattern consists of when its repetitions are written
// out. Plain text counts as one, however long: it is compared, not tried.
func patternNodes(re *syntax.Regexp) int {
	const enough = maxPatternNodes + 1 // larger numbers could overflow
	n := 1
	for _, sub := range re.Sub {
		n = min(n+patternNodes(sub), enough)
	}
	if re.Op == syntax.OpRepeat {
		n = min(n*max(re.Min, re.Max, 1), enough)
	}
	return n
}
