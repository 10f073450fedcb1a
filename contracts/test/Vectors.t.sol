// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { Test } from "forge-std/Test.sol";
import { ISluice } from "../src/interfaces/ISluice.sol";
import {
    ChannelTerms,
    CompactSignature,
    Party,
    SignedLane,
    SignedVoucher,
    VirtualTerms
} from "../src/interfaces/SluiceTypes.sol";
import { Harness } from "./support/Harness.sol";
import { Reference } from "./support/Reference.sol";

/// @notice The golden vectors that every implementation is held against.
contract VectorsTest is Test {
    string private json;
    string private at;
    ISluice private sluice;
    bytes32[32] private empties;
    Harness private harness = Harness(deployCode("Harness.sol:Harness"));

    /// @dev Puts the contract where the file's domain says; what it caches at construction is then that domain.
    function load(string memory name) private {
        json = vm.readFile(string.concat("../specs/vectors/", name, ".json"));
        address target = vm.parseJsonAddress(json, ".domain.contract");
        vm.chainId(vm.parseJsonUint(json, ".domain.chainId"));
        deployCodeTo("Sluice.sol:Sluice", target);
        sluice = ISluice(target);
    }

    /// @dev Steps to the next case; every file has at least one.
    function next(uint256 i) private returns (bool) {
        at = string.concat(".cases[", vm.toString(i), "].");
        bool more = vm.keyExistsJson(json, string.concat(".cases[", vm.toString(i), "]"));
        assertTrue(more || i > 0, "no cases");
        return more;
    }

    function number(string memory key) private view returns (uint256) {
        return vm.parseJsonUint(json, string.concat(at, key));
    }

    function word(string memory key) private view returns (bytes32) {
        return vm.parseJsonBytes32(json, string.concat(at, key));
    }

    function words(string memory key) private view returns (bytes32[] memory) {
        return vm.parseJsonBytes32Array(json, string.concat(at, key));
    }

    function account(string memory key) private view returns (address) {
        return vm.parseJsonAddress(json, string.concat(at, key));
    }

    function compact(bytes memory signature) private pure returns (CompactSignature memory) {
        (bytes32 r, bytes32 s) = abi.decode(signature, (bytes32, bytes32));
        return CompactSignature(r, bytes32(uint256(s) | uint256(uint8(signature[64]) - 27) << 255));
    }

    /// @dev The case's digest is this struct's under the domain, and its signature is its signer's in both forms.
    function checkSigned(bytes32 structHash) private view {
        bytes32 digest = harness.digest(sluice.domainSeparator(), structHash);
        assertEq(digest, word("digest"), at);
        bytes memory signature = vm.parseJsonBytes(json, string.concat(at, "signature"));
        assertEq(harness.recover(digest, signature), account("signer"), at);
        assertTrue(harness.isBy(account("signer"), digest, compact(signature)), at);
    }

    function test_domains() public {
        load("domains");
        for (uint256 i; next(i); ++i) {
            uint256 chainId = number("chainId");
            bytes32 separator;
            if (chainId <= type(uint64).max) {
                vm.chainId(chainId);
                separator = harness.domain(account("contract"));
                assertEq(separator, word("separator"), at);
            } else {
                // no chain here can have this id: hold the plain formula against it
                separator = keccak256(
                    abi.encode(
                        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                        keccak256("Sluice"),
                        keccak256("1"),
                        chainId,
                        account("contract")
                    )
                );
                assertEq(separator, word("separator"), at);
            }
            bytes32 request = harness.ofCloseRequest(words("ids"), uint64(number("deadline")));
            assertEq(harness.digest(separator, request), word("closeRequest"), at);
        }
    }

    function test_channels() public {
        load("channels");
        for (uint256 i; next(i); ++i) {
            ChannelTerms memory t = ChannelTerms(
                Party(account("aAccount"), account("aSigner")),
                Party(account("bAccount"), account("bSigner")),
                account("token"),
                uint32(number("disputeWindow")),
                uint64(number("nonce"))
            );
            assertEq(sluice.channelId(t), word("id"), at);
        }
    }

    function test_virtuals() public {
        load("virtuals");
        for (uint256 i; next(i); ++i) {
            VirtualTerms memory t = VirtualTerms(
                vm.parseJsonAddressArray(json, string.concat(at, "path")),
                account("token"),
                uint128(number("capacity")),
                uint32(number("disputeWindow")),
                uint64(number("nonce"))
            );
            assertEq(sluice.virtualId(t), word("id"), at);
            assertEq(harness.condition(address(sluice), word("id"), 0), word("condition"), at);
        }
    }

    function test_laneVouchers() public {
        load("lane-vouchers");
        for (uint256 i; next(i); ++i) {
            SignedLane memory v;
            v.lane = uint8(number("lane"));
            v.seq = uint64(number("seq"));
            v.paid = uint128(number("paid"));
            v.locked = uint128(number("locked"));
            v.locksRoot = word("locksRoot");
            checkSigned(harness.ofLane(word("channelId"), v));
        }
    }

    function test_vouchers() public {
        load("vouchers");
        for (uint256 i; next(i); ++i) {
            SignedVoucher memory v;
            v.amount = uint128(number("amount"));
            v.tickAnchor = word("tickAnchor");
            v.tickValue = uint128(number("tickValue"));
            v.tickCount = uint32(number("tickCount"));
            checkSigned(harness.ofVoucher(word("virtualId"), v));
        }
    }

    function test_closes() public {
        load("closes");
        for (uint256 i; next(i); ++i) {
            checkSigned(
                harness.ofClose(
                    word("channelId"), uint8(number("from")), uint128(number("amount")), uint64(number("deadline"))
                )
            );
        }
    }

    function test_withdrawals() public {
        load("withdrawals");
        for (uint256 i; next(i); ++i) {
            checkSigned(
                harness.ofWithdrawal(
                    word("channelId"), uint8(number("party")), uint128(number("total")), uint64(number("deadline"))
                )
            );
        }
    }

    function test_closeRequests() public {
        load("close-requests");
        for (uint256 i; next(i); ++i) {
            checkSigned(harness.ofCloseRequest(words("ids"), uint64(number("deadline"))));
        }
    }

    function test_conditions() public {
        load("conditions");
        for (uint256 i; next(i); ++i) {
            assertEq(harness.condition(account("resolver"), word("id"), uint8(number("side"))), word("condition"), at);
        }
    }

    function test_lockProofs() public {
        load("lock-proofs");
        for (uint256 i; next(i); ++i) {
            uint32 slot = uint32(number("slot"));
            bytes32 leaf = harness.leaf(slot, uint128(number("amount")), word("condition"));
            bytes32[] memory proof = vm.parseJsonBytes32Array(json, string.concat(at, "proof"));
            assertEq(harness.rootOf(slot, leaf, proof), word("root"), at);
        }
    }

    function test_lockRoots() public {
        load("lock-roots");
        for (uint256 level = 1; level < 32; ++level) {
            empties[level] = Reference.node(empties[level - 1], empties[level - 1]);
        }
        for (uint256 i; next(i); ++i) {
            uint256[] memory slots = vm.parseJsonUintArray(json, string.concat(at, "slots"));
            uint256[] memory amounts = new uint256[](slots.length);
            for (uint256 n; n < slots.length; ++n) {
                amounts[n] = number(string.concat("amounts[", vm.toString(n), "]"));
            }
            bytes32[] memory conditions = vm.parseJsonBytes32Array(json, string.concat(at, "conditions"));
            checkRoot(slots, amounts, conditions);
        }
    }

    // The deepest trees of the vectors hold few locks: the first lock's proof is made from the others, so that nothing
    // needs the whole tree.
    function checkRoot(uint256[] memory slots, uint256[] memory amounts, bytes32[] memory conditions) private view {
        uint256 depth = number("depth");
        if (slots.length == 0) return assertEq(word("root"), bytes32(0), at);
        bytes32[] memory leaves = new bytes32[](slots.length);
        for (uint256 n; n < slots.length; ++n) {
            leaves[n] = harness.leaf(uint32(slots[n]), uint128(amounts[n]), conditions[n]);
        }
        bytes32[] memory proof = new bytes32[](depth);
        for (uint256 level; level < depth; ++level) {
            proof[level] = subtree(slots, leaves, (slots[0] >> level) ^ 1, level);
        }
        assertEq(harness.rootOf(uint32(slots[0]), leaves[0], proof), word("root"), at);
    }

    function subtree(uint256[] memory slots, bytes32[] memory leaves, uint256 position, uint256 level)
        private
        view
        returns (bytes32)
    {
        bool occupied;
        for (uint256 n; n < slots.length; ++n) {
            if (slots[n] >> level != position) continue;
            if (level == 0) return leaves[n];
            occupied = true;
        }
        if (!occupied) return empties[level];
        return Reference.node(
            subtree(slots, leaves, position * 2, level - 1), subtree(slots, leaves, position * 2 + 1, level - 1)
        );
    }

    function test_ticks() public {
        load("ticks");
        for (uint256 i; next(i); ++i) {
            assertEq(harness.hashChain(word("seed"), uint32(number("count"))), word("anchor"), at);
            assertEq(harness.hashChain(word("preimage"), uint32(number("index"))), word("anchor"), at);
        }
    }

    function test_voucherValues() public {
        load("voucher-values");
        for (uint256 i; next(i); ++i) {
            uint128 value = harness.tickValue(
                uint128(number("amount")),
                uint128(number("tickValue")),
                uint32(number("index")),
                uint128(number("capacity"))
            );
            assertEq(value, number("value"), at);
        }
    }
}
