"""Carry out what a client asked for, as its venue's protocol understands it and the faults in force have it."""

from arbwatch.simulator.broadcast import Broadcast
from arbwatch.simulator.client import Client
from arbwatch.simulator.faults import Faults
from arbwatch.simulator.protocol import Close, Say, Subscribe, Unsubscribe, Venue


class Dialogue:
    """The requests of one socket."""

    def __init__(self, client: Client, protocol: Venue, broadcast: Broadcast, faults: Faults) -> None:
        """Answer for one client."""
        self.client, self.protocol, self.broadcast, self.faults = client, protocol, broadcast, faults

    def take(self, text: str) -> Close | None:
        """Do what one frame asks for; return how the connection must end, if it must."""
        for effect in self.protocol.hear(self.client, text):
            match effect:
                case Say():
                    self.client.send(effect.text)
                case Subscribe():
                    self._subscribe(effect)
                case Unsubscribe():
                    for ack in effect.acks:
                        self.client.send(ack)
                    for name in effect.names:
                        self.broadcast.unsubscribe(self.client, name)
                case Close():
                    return effect
        return None

    def _subscribe(self, wanted: Subscribe) -> None:
        if fault := self.faults.use("error_ack", socket=self.client.name):
            self.client.send(wanted.refuse(fault["code"], fault["message"]))
            return
        for ack in wanted.acks:
            self.client.send(ack)
        lying = self.faults.use("lying_ack", socket=self.client.name)
        for name in wanted.names:
            if lying:
                self.client.streams[name] = None
            else:
                self.broadcast.subscribe(self.client, name)
