//! The log: on standard error, as text or as one JSON object a line.

use std::io::IsTerminal as _;

use idp_core::config::{LogConfig, LogFormat, LogLevel};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Starts the log. A second call changes nothing.
pub fn start(config: LogConfig) {
    let level = level(config.level);
    // Libraries speak up when something is wrong; what they say in passing may hold what must not be logged.
    let others = level.min(LevelFilter::WARN);
    let filter = Targets::new().with_default(others).with_target("idp_server", level).with_target("idp_core", level);
    let coloured = std::io::stderr().is_terminal();
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(coloured);
    let lines = match config.format {
        LogFormat::Text => lines.boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    // Somebody else's log, such as that of a test, stays.
    let _ = tracing_subscriber::registry().with(lines.with_filter(filter)).try_init();
}

const fn level(level: LogLevel) -> LevelFilter {
    match level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    }
}
