//! The elements of a page: the tree that a browser builds, and simple selectors.

use html5ever::tendril::TendrilSink as _;
use html5ever::{ParseOpts, parse_document};
use markup5ever_rcdom::{Handle, NodeData, RcDom};

/// An element of a page.
#[derive(Clone)]
pub(crate) struct Element {
    node: Handle,
    /// The whole page: `rcdom` takes it apart when nobody holds it.
    document: Handle,
}

/// The elements whose content visitors do not read.
const INVISIBLE: [&str; 5] = ["script", "style", "template", "head", "noscript"];
/// The elements that do not begin a new word.
const INLINE: [&str; 16] = [
    "a", "abbr", "b", "bdi", "code", "em", "i", "kbd", "mark", "small", "span", "strong", "sub",
    "sup", "time", "u",
];

/// Parses a page, and returns its root element.
pub(crate) fn parse(text: &str) -> Element {
    let dom = parse_document(RcDom::default(), ParseOpts::default()).one(text);
    Element {
        node: dom.document.clone(),
        document: dom.document,
    }
}

impl Element {
    /// Returns another node of the same page.
    fn beside(&self, node: Handle) -> Self {
        Self {
            node,
            document: self.document.clone(),
        }
    }

    /// Returns the name of the element in lower case; "" for the document.
    pub(crate) fn name(&self) -> &str {
        match &self.node.data {
            NodeData::Element { name, .. } => &name.local,
            _ => "",
        }
    }

    /// Returns the value of an attribute; "" for an attribute without a value.
    pub(crate) fn attribute(&self, name: &str) -> Option<String> {
        let NodeData::Element { attrs, .. } = &self.node.data else {
            return None;
        };
        let attributes = attrs.borrow();
        let mut attributes = attributes.iter();
        attributes
            .find(|attribute| &*attribute.name.local == name)
            .map(|attribute| attribute.value.to_string())
    }

    /// Whether the element has the attribute.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.attribute(name).is_some()
    }

    /// Whether an attribute has this value, in upper or lower case.
    pub(crate) fn attribute_is(&self, name: &str, value: &str) -> bool {
        self.attribute(name)
            .is_some_and(|known| known.eq_ignore_ascii_case(value))
    }

    /// Returns the elements inside this one, in the order of the page.
    pub(crate) fn descendants(&self) -> Vec<Self> {
        let mut elements = Vec::new();
        self.collect(&mut elements);
        elements
    }

    fn collect(&self, elements: &mut Vec<Self>) {
        for child in self.node.children.borrow().iter() {
            let child = self.beside(child.clone());
            if !child.name().is_empty() {
                elements.push(child.clone());
            }
            child.collect(elements);
        }
    }

    /// Returns the element around this one.
    pub(crate) fn parent(&self) -> Option<Self> {
        let parent = self.node.parent.take();
        self.node.parent.set(parent.clone());
        let parent = parent.and_then(|parent| parent.upgrade());
        parent.map(|parent| self.beside(parent))
    }

    /// Returns this element and those around it, the innermost first.
    pub(crate) fn with_ancestors(&self) -> Vec<Self> {
        std::iter::successors(Some(self.clone()), Self::parent).collect()
    }

    /// Returns the text of the element, exactly as in the page.
    pub(crate) fn raw_text(&self) -> String {
        let mut text = String::new();
        self.push_text(&mut text, false);
        text
    }

    /// Returns the text that a visitor reads, with single spaces.
    pub(crate) fn words(&self) -> String {
        let mut text = String::new();
        self.push_text(&mut text, true);
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn push_text(&self, text: &mut String, as_read: bool) {
        for child in self.node.children.borrow().iter() {
            if let NodeData::Text { contents } = &child.data {
                text.push_str(&contents.borrow());
                continue;
            }
            let child = self.beside(child.clone());
            if !as_read {
                child.push_text(text, as_read);
            } else if !INVISIBLE.contains(&child.name()) {
                let space = if INLINE.contains(&child.name()) {
                    ""
                } else {
                    " "
                };
                text.push_str(space);
                child.push_text(text, as_read);
                text.push_str(space);
            }
        }
    }

    /// Returns the elements inside this one that `selector` selects.
    pub(crate) fn select(&self, selector: &str) -> Vec<Self> {
        let selector = Selector::parse(selector);
        let mut elements = self.descendants();
        elements.retain(|element| selector.selects(element));
        elements
    }

    /// Whether two values are the same element.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        std::rc::Rc::ptr_eq(&self.node, &other.node)
    }
}

/// The part of CSS selectors that tests need: `table`, `#total`, `.errorlist`, `[name=title]`,
/// combinations such as `input.wide[type=text]`, and descendants (`#list li`).
struct Selector(Vec<Vec<Part>>);

enum Part {
    Name(String),
    Id(String),
    Class(String),
    Attribute(String, Option<String>),
}

impl Selector {
    fn parse(text: &str) -> Self {
        assert!(!text.trim().is_empty(), "the selector is empty");
        let mut steps = vec![Vec::new()];
        let mut rest = text.trim();
        while let Some(first) = rest.chars().next() {
            if first.is_whitespace() {
                rest = rest.trim_start();
                steps.push(Vec::new());
                continue;
            }
            let (part, after) = Part::parse(rest)
                .unwrap_or_else(|| panic!("the selector {text:?} is not supported at {rest:?}"));
            if let Some(step) = steps.last_mut() {
                step.push(part);
            }
            rest = after;
        }
        Self(steps)
    }

    fn selects(&self, element: &Element) -> bool {
        let Some((last, outer)) = self.0.split_last() else {
            return false;
        };
        if !last.iter().all(|part| part.selects(element)) {
            return false;
        }
        let around = element.with_ancestors();
        let mut around = around.iter().skip(1);
        outer
            .iter()
            .rev()
            .all(|step| around.any(|element| step.iter().all(|part| part.selects(element))))
    }
}

impl Part {
    /// Parses the first part of `text`, and returns what follows.
    fn parse(text: &str) -> Option<(Self, &str)> {
        if let Some(inside) = text.strip_prefix('[') {
            let (inside, after) = inside.split_once(']')?;
            let (name, value) = inside
                .split_once('=')
                .map_or((inside, None), |(name, value)| (name, Some(value)));
            let value = value.map(|value| value.trim_matches(['"', '\'']).to_owned());
            return Some((Self::Attribute(name.trim().to_owned(), value), after));
        }
        let (make, text): (fn(String) -> Self, &str) = match text.as_bytes().first()? {
            b'#' => (Self::Id, &text[1..]),
            b'.' => (Self::Class, &text[1..]),
            b'*' => return Some((Self::Name("*".to_owned()), &text[1..])),
            _ => (Self::Name, text),
        };
        let end = text
            .find(|letter: char| !(letter.is_alphanumeric() || letter == '-' || letter == '_'))
            .unwrap_or(text.len());
        (end > 0).then(|| (make(text[..end].to_owned()), &text[end..]))
    }

    fn selects(&self, element: &Element) -> bool {
        match self {
            Self::Name(name) => name == "*" || element.name().eq_ignore_ascii_case(name),
            Self::Id(id) => element.attribute("id").is_some_and(|known| known == *id),
            Self::Class(class) => element
                .attribute("class")
                .is_some_and(|known| known.split_whitespace().any(|known| known == class)),
            Self::Attribute(name, value) => match (element.attribute(name), value) {
                (Some(known), Some(value)) => known == *value,
                (known, None) => known.is_some(),
                (None, Some(_)) => false,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r#"<title>Not read</title><div id="main" class="wide box"><ul><li>One <b>t</b>wo<li class=last>three</ul>
        <input name="title" type=text><template><p>hidden</p></template></div>"#;

    #[test]
    fn selectors_find_elements() {
        let page = parse(PAGE);
        for (selector, count) in [
            ("li", 2),
            ("#main", 1),
            ("div.box.wide", 1),
            ("#main li.last", 1),
            ("ul div", 0),
            ("input[name=title][type=\"text\"]", 1),
            ("[name]", 1),
            ("p", 0),
        ] {
            assert_eq!(page.select(selector).len(), count, "{selector}");
        }
    }

    #[test]
    fn the_text_of_a_page_is_what_a_visitor_reads() {
        assert_eq!(parse(PAGE).words(), "One two three");
    }
}
