// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { ISluiceErrors } from "../interfaces/ISluiceErrors.sol";
import { ISluiceEvents } from "../interfaces/ISluiceEvents.sol";
import { SignedVoucher, VirtualTerms } from "../interfaces/SluiceTypes.sol";
import { Messages } from "./Messages.sol";
import { Signatures } from "./Signatures.sol";
import { Store } from "./Store.sol";
import { Ticks } from "./Ticks.sol";
import { TypedData } from "./TypedData.sol";
import { VirtualWord, VirtualWords } from "./VirtualWord.sol";

/// @title Virtuals
/// @notice Closing and redeeming virtual channels.
library Virtuals {
    uint256 private constant SHORTEST_PATH = 2;
    uint256 private constant LONGEST_PATH = 6;

    /// @notice Starts the window at amount 0, unless it began before.
    function start(Store storage store, bytes32 id, uint32 disputeWindow) internal {
        if (store.virtuals[id].finalAt() != 0) return;
        uint64 finalAt = end(disputeWindow);
        store.virtuals[id] = VirtualWords.make(0, finalAt);
        emit ISluiceEvents.VirtualUpdated(id, 0, finalAt);
    }

    /// @notice Raises the amount by a voucher, and starts the window if `sender` may.
    /// @param soft Whether to answer with a refusal's selector rather than to revert with it.
    /// @return refusal Zero if it was redeemed.
    function redeem(
        Store storage store,
        bytes32 id,
        bytes32 domain,
        VirtualTerms calldata terms,
        SignedVoucher calldata voucher,
        address sender,
        bool soft
    ) internal returns (bytes4 refusal) {
        address[] calldata path = terms.path;
        if (!isPath(path)) {
            if (soft) return ISluiceErrors.BadPath.selector;
            revert ISluiceErrors.BadPath(path.length);
        }
        VirtualWord was = store.virtuals[id];
        uint64 finalAt = was.finalAt();
        uint128 amount = Ticks.value(voucher.amount, voucher.tickValue, voucher.ticks, terms.capacity);
        if (finalAt == 0) {
            if (!isMember(path, sender)) {
                if (soft) return ISluiceErrors.VirtualNotClosing.selector;
                revert ISluiceErrors.VirtualNotClosing(id, sender);
            }
            finalAt = end(terms.disputeWindow);
        } else if (block.timestamp >= finalAt) {
            if (soft) return ISluiceErrors.VirtualFinal.selector;
            revert ISluiceErrors.VirtualFinal(id, finalAt);
        } else if (amount <= was.amount()) {
            if (soft) return ISluiceErrors.NotHigher.selector;
            revert ISluiceErrors.NotHigher(id, was.amount(), amount);
        }
        if (!isTick(voucher)) {
            if (soft) return ISluiceErrors.BadTick.selector;
            revert ISluiceErrors.BadTick(id, voucher.ticks, voucher.tickCount);
        }
        bytes32 digest = TypedData.digest(domain, Messages.ofVoucher(id, voucher));
        address payer = path[0];
        if (!Signatures.isBy(payer, digest, voucher.signature)) {
            if (soft) return ISluiceErrors.BadSignature.selector;
            revert ISluiceErrors.BadSignature(digest, payer);
        }
        store.virtuals[id] = VirtualWords.make(amount, finalAt);
        emit ISluiceEvents.VirtualUpdated(id, amount, finalAt);
    }

    /// @notice When a window that begins now is over.
    function end(uint32 disputeWindow) private view returns (uint64) {
        unchecked {
            return uint64(block.timestamp + disputeWindow);
        }
    }

    /// @notice Whether `who` is on the path.
    function isMember(address[] calldata path, address who) internal pure returns (bool found) {
        uint256 word = uint160(who);
        assembly ("memory-safe") {
            let last := add(path.offset, shl(5, path.length))
            for { let at_ := path.offset } lt(at_, last) { at_ := add(at_, 0x20) } {
                if eq(calldataload(at_), word) {
                    found := 1
                    break
                }
            }
        }
    }

    /// @notice Whether `payer` and `receiver` follow each other on the path.
    function areNeighbours(address[] calldata path, address payer, address receiver) internal pure returns (bool) {
        for (uint256 i = 1; i < path.length; ++i) {
            if (path[i - 1] == payer && path[i] == receiver) return true;
        }
        return false;
    }

    /// @notice Refuses a path that is too short or too long.
    function requirePath(address[] calldata path) internal pure {
        if (!isPath(path)) revert ISluiceErrors.BadPath(path.length);
    }

    function isPath(address[] calldata path) private pure returns (bool) {
        return path.length >= SHORTEST_PATH && path.length <= LONGEST_PATH;
    }

    // Claiming no tick needs no preimage. tickCount is read either way, which refuses dirty upper bits.
    function isTick(SignedVoucher calldata voucher) private pure returns (bool) {
        (uint32 ticks, uint32 tickCount) = (voucher.ticks, voucher.tickCount);
        if (ticks == 0) return true;
        return ticks <= tickCount && Ticks.hashChain(voucher.preimage, ticks) == voucher.tickAnchor;
    }
}
