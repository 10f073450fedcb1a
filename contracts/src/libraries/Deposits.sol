// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { ISluiceErrors } from "../interfaces/ISluiceErrors.sol";
import { ISluiceEvents } from "../interfaces/ISluiceEvents.sol";
import { ChannelTerms } from "../interfaces/SluiceTypes.sol";
import { DepositsWord } from "./DepositsWord.sol";
import { ChannelSlots } from "./Store.sol";

/// @title Deposits
/// @notice Writing down what came in.
library Deposits {
    /// @notice Adds what was received to a party's deposits.
    function record(ChannelSlots storage slots, bytes32 id, ChannelTerms calldata terms, uint8 party, uint256 received)
        internal
    {
        // Channels.requireParty, written out: the compiler would jump there at each deposit
        if (party > 1) revert ISluiceErrors.WrongParty(party);
        if (received == 0) revert ISluiceErrors.NothingReceived();
        DepositsWord was = slots.deposits;
        if (was.isOver()) revert ISluiceErrors.ChannelOver(id);
        if (received > was.room()) revert ISluiceErrors.TooMuch(id, received);
        DepositsWord now_ = was.add(party, received);
        slots.deposits = now_;
        if (was.isEmpty()) requireTerms(terms);
        emit ISluiceEvents.Deposited(id, uint256(party) << 128 | now_.byParty(party));
    }

    // Looked at once, by the first deposit: without one there is nothing to lose in a channel.
    function requireTerms(ChannelTerms calldata terms) private pure {
        (address a, address b) = (terms.a.signer, terms.b.signer);
        (address accountA, address accountB) = (terms.a.account, terms.b.account);
        if (a >= b || a == address(0) || accountA == address(0) || accountB == address(0)) {
            revert ISluiceErrors.BadTerms(a, b, accountA, accountB);
        }
        // reading refuses dirty upper bits, which the id was made of as they are
        terms.token;
        terms.disputeWindow;
        terms.nonce;
    }
}
