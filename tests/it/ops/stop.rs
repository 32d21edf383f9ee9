//! SIGTERM: requests in flight are answered, new ones are not taken, and the process ends well.

use std::io::{BufRead, BufReader, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use url::Url;

use super::process::Demo;

const BODY: &str = "grant_type=authorization_code&code=unknown";

#[test]
fn a_request_in_flight_is_answered_after_the_signal_to_stop() {
    let mut demo = Demo::start();
    let issuer = Url::parse(demo.text("/issuer")).expect("the issuer is a URL");
    let address = issuer.socket_addrs(|| None).expect("localhost has addresses");
    let mut connection = TcpStream::connect(&*address).expect("the demo listens");
    connection.set_read_timeout(Some(Duration::from_secs(30))).expect("a timeout can be set");
    let mut answer = BufReader::new(connection.try_clone().expect("a connection can be shared"));

    // The server asks for the body once the request is being answered: from then on it is in flight.
    let host = issuer.authority();
    let length = BODY.len();
    let head = format!(
        "POST /token HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/x-www-form-urlencoded\r\n\
         content-length: {length}\r\nexpect: 100-continue\r\n\r\n"
    );
    connection.write_all(head.as_bytes()).expect("the head can be sent");
    assert_eq!(line(&mut answer), "HTTP/1.1 100 Continue");
    assert_eq!(line(&mut answer), "");

    demo.tell_to_stop();
    while TcpStream::connect(&*address).is_ok() {
        std::thread::yield_now();
    }
    connection.write_all(BODY.as_bytes()).expect("the body can be sent");

    let status = line(&mut answer);
    assert!(status.starts_with("HTTP/1.1 4"), "the client is unknown, and told so: {status}");
    drop((connection, answer));
    assert!(demo.ended_well());
}

fn line(answer: &mut impl BufRead) -> String {
    let mut line = String::new();
    answer.read_line(&mut line).expect("the server answers");
    line.trim_end().to_owned()
}
