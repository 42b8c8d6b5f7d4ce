"""What the reader wants, of which everything else asks: on or off, yes or no; and who is told of it."""

from contextlib import suppress
from typing import Any, Callable, List, Sequence, Tuple

from ..delivery import Destination
from ..delivery.choices import NO, YES
from ..delivery.destination import JUPYTER
from .announce import announce
from .consent import ASKED, Consent
from .faults import Faults
from .front_end import FrontEnd
from .settings import forbidden_by


class Reader:
    """The reader of one shell's notebook."""

    def __init__(
        self,
        shell: Any,
        faults: Faults,
        session: str,
        destinations: Callable[[], Tuple[Destination, ...]],
        answer: Callable[[bool], None],
    ) -> None:
        self.consent = Consent()
        self.switched_off = False
        self._shell = shell
        self._faults = faults
        self._session = session
        """The public id under which this kernel reports to its Jupyter server."""
        self._destinations = destinations
        self._front_end = FrontEnd(shell, faults, answer)
        self._announced: Tuple[str, List[str]] = ("", [])

    @property
    def off_reason(self) -> str:
        """Why nothing is reported, as words for the reader; empty when reporting is on."""
        switch = "%errreport off" if self.switched_off else ""
        return forbidden_by() or switch or ("%errreport off --always" if self.consent.choices.always_off else "")

    @property
    def asked(self) -> Sequence[Destination]:
        """The receivers of which the reader is still to say yes or no."""
        return self.consent.asked(self._destinations())

    @property
    def open_destinations(self) -> Tuple[Destination, ...]:
        """The receivers of which the reader has not said no; none when reporting is off."""
        if self.off_reason:
            return ()
        return tuple([to for to in self._destinations() if self.consent.state_of(to) != NO])

    def says_yes(self) -> bool:
        """Report again, and to all receivers; False where the environment forbids that, and nothing is changed."""
        if forbidden_by():
            return False
        self.switched_off = False
        with suppress(OSError):
            self.consent.choices.turn(off=False)
        self.consent.answer([to for to in self._destinations() if not self.consent.lets_go(to)], yes=True)
        return True

    def says_no(self) -> None:
        """Report nothing more in this session; where the reader was asked it is an answer, which is remembered."""
        self.switched_off = True
        self.consent.answer(self.asked, yes=False)

    def says_never(self) -> bool:
        """Have no kernel of this user report from now on; False when that can't be written down."""
        try:
            self.consent.choices.turn(off=True)
        except OSError:
            return False
        return True

    def tell(self, waiting: int) -> None:
        """Tell the Jupyter server and the front end how it stands, where that has changed; so many errors wait."""
        off, destinations = bool(self.off_reason), self._destinations()
        with self._faults:
            states = [self.consent.state_of(to) for to in destinations if to.kind == JUPYTER]
            reporting = "off" if off or NO in states else "ask" if ASKED in states else "on"
            own = sorted(to.identity[1] for to in destinations if to.session_key and self.consent.lets_go(to))
            if (reporting, own) != self._announced:
                self._announced = reporting, own
                named = next((to.notebook for to in destinations if to.kind == JUPYTER), "")
                announce(self._shell, self._session, named, reporting, own)
        with self._faults:
            asked = self.asked
            answered = YES if all(self.consent.lets_go(to) for to in destinations) else NO
            state = "off" if off else ASKED if asked else answered
            self._front_end.tell(state, [to.label for to in asked or destinations], waiting)
